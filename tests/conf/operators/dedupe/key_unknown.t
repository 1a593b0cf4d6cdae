A key that is no field.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    dedupe x { from in; key kk; }
    sink null out { from x; }
}
-- stderr
weir.conf:3:29: error: unknown field "kk"; did you mean "k"?
    dedupe x { from in; key kk; }
                            ^~
weir: configuration file weir.conf test failed
-- exit 1
