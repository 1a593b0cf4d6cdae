When results may go out.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    aggregate x { from in; aggregate n = count(); emit always; }
    sink null out { from x; }
}
-- stderr
weir.conf:3:56: error: "emit" is "always"; choose one of: update, end
    aggregate x { from in; aggregate n = count(); emit always; }
                                                       ^~~~~~
weir: configuration file weir.conf test failed
-- exit 1
