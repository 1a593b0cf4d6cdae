What amends is refused by who cannot take it, and named.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    aggregate a { from in; key k; aggregate n = count(); }
    filter x { from a; where n > 1; }
    sink null out { from x; }
}
-- stderr
weir.conf:4:21: error: filter "x" cannot take rows that amend earlier ones, which aggregate "a" makes
    filter x { from a; where n > 1; }
                    ^
weir.conf:3:15: note: "a" is defined here
weir: configuration file weir.conf test failed
-- exit 1
