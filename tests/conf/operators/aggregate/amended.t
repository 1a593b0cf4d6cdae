Nor can an aggregate take rows back.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    aggregate a { from in; key k; aggregate n = count(); }
    aggregate x { from a; aggregate m = max(n); }
    sink null out { from x; }
}
-- stderr
weir.conf:4:24: error: aggregate "x" cannot take rows that amend earlier ones, which aggregate "a" makes
    aggregate x { from a; aggregate m = max(n); }
                       ^
weir.conf:3:15: note: "a" is defined here
note: a map between them makes plain rows of such: changes_as NAME;
weir: configuration file weir.conf test failed
-- exit 1
