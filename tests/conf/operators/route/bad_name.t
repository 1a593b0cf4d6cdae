An output's name is a name.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    route r { from in; case a+b v > 1; }
    sink null out { from in; }
}
-- stderr
weir.conf:3:29: error: "a+b" is not a name; write letters, digits, "_" and "-", a letter or "_" first
    route r { from in; case a+b v > 1; }
                            ^~~
weir: configuration file weir.conf test failed
-- exit 1
