A case without a condition.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    route r { from in; case a; }
    sink null out { from a; }
}
-- stderr
weir.conf:3:24: error: invalid number of arguments in "case" directive: 1 given; write "case NAME CONDITION;"
    route r { from in; case a; }
                       ^~~~
weir: configuration file weir.conf test failed
-- exit 1
