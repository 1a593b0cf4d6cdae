What amends is refused by who cannot take it, and named.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    aggregate a { from in; key k; aggregate n = count(); }
    flatmap x { from a; split k ','; }
    sink null out { from x; }
}
-- stderr
weir.conf:4:22: error: flatmap "x" cannot take rows that amend earlier ones, which aggregate "a" makes
    flatmap x { from a; split k ','; }
                     ^
weir.conf:3:15: note: "a" is defined here
note: a map between them makes plain rows of such: changes_as NAME;
weir: configuration file weir.conf test failed
-- exit 1
