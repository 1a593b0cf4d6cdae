A sink has no output.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from out; where a > 1; }
    sink null out { from in; }
}
-- stderr
weir.conf:3:12: error: nobody reads "f"
    filter f { from out; where a > 1; }
           ^
note: to throw its rows away, add: sink null NAME { from f; }
weir.conf:3:21: error: "out" is a sink and has no output
    filter f { from out; where a > 1; }
                    ^~~
weir: configuration file weir.conf test failed
-- exit 1
