A key that is no field.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    aggregate x { from in; key kk; aggregate n = count(); }
    sink null out { from x; }
}
-- stderr
weir.conf:3:32: error: unknown field "kk"; did you mean "k"?
    aggregate x { from in; key kk; aggregate n = count(); }
                               ^~
weir: configuration file weir.conf test failed
-- exit 1
