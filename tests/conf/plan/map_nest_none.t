-- conf
pipeline p {
    source stdin in { format json { a int; b string; f float; j json; t timestamp ms; y bytes; } }
    map m { from in; nest o; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:22: error: invalid number of arguments in "nest" directive: 1 given; write "nest NAME FIELDS;"
    map m { from in; nest o; }
                     ^~~~
weir: configuration file weir.conf test failed
-- exit 1
