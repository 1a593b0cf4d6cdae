A sink or operator that cannot take rows that amend earlier ones.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    window w { from in; tumbling 1s; allowed_lateness 1s; aggregate n = count(); }
    flatmap m { from w; split n; }
    window v { from w; tumbling 10s; aggregate n = count(), m = max(n); }
    sink null out { from v m; }
}
-- stderr
weir.conf:4:25: error: invalid number of arguments in "split" directive: 1 given; write "split FIELD SEPARATOR [AS] [NAME];"
    flatmap m { from w; split n; }
                        ^~~~~
weir.conf:5:21: error: window "v" cannot take rows that amend earlier ones, which window "w" makes
    window v { from w; tumbling 10s; aggregate n = count(), m = max(n); }
                    ^
weir.conf:3:12: note: "w" is defined here
note: a map between them makes plain rows of such: changes_as NAME;
weir: configuration file weir.conf test failed
-- exit 1
