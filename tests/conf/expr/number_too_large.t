A number of more than 64 bits.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; where a = 99999999999999999999; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:35: error: this number does not fit into 64 bits; write it with .0 as a float
    filter f { from in; where a = 99999999999999999999; }
                                  ^~~~~~~~~~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
