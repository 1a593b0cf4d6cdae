A sink takes rows that amend earlier ones, but none that take them back.
-- conf
pipeline p {
    source stdin in { format json { k string; t timestamp ms; } event_time t; }
    aggregate w { from in; key k; aggregate n = count(); }
    filter few { from w; where n < 3; }
    map m { from few; set n = n + 1; }
    sink stdout good { from w; }
    sink stdout out { from m; }
    sink file   rows { from few; path few.ndjson; }
    sink check  sum { from few; }
}
-- stderr
weir.conf:7:28: error: sink stdout "out" cannot take rows that take earlier ones back, which filter "few" makes
    sink stdout out { from m; }
                           ^
weir.conf:4:12: note: "few" is defined here
note: a map between them makes plain rows of such: changes_as NAME;
weir.conf:8:29: error: sink file "rows" cannot take rows that take earlier ones back, which filter "few" makes
    sink file   rows { from few; path few.ndjson; }
                            ^~~
weir.conf:4:12: note: "few" is defined here
note: a map between them makes plain rows of such: changes_as NAME;
weir.conf:9:28: error: sink check "sum" cannot take rows that take earlier ones back, which filter "few" makes
    sink check  sum { from few; }
                           ^~~
weir.conf:4:12: note: "few" is defined here
note: a map between them makes plain rows of such: changes_as NAME;
weir: configuration file weir.conf test failed
-- exit 1
