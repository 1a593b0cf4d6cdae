An input that nobody makes, nor anything like it.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from zebra; where a > 1; }
    sink null out { from f; }
}
-- stderr
weir.conf:2:18: error: nobody reads "in"
    source stdin in { format json { a int; b string; t timestamp ms; } }
                 ^~
note: to throw its rows away, add: sink null NAME { from in; }
weir.conf:3:21: error: unknown operator or output "zebra"
    filter f { from zebra; where a > 1; }
                    ^~~~~
weir: configuration file weir.conf test failed
-- exit 1
