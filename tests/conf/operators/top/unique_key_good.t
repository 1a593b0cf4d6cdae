What amends a place, and what takes one back.
-- conf
pipeline p {
    source generator in { field u int uniform 1 9; field ts timestamp 2026-01-01T00:00:00Z 1s; event_time ts; watermark monotonic; }
    aggregate a { from in; key u; aggregate n = count(); }
    filter few { from a; where n < 9; }
    top amends { from a; unique_key u; order_by n desc; limit 3; rank place; }
    top takes_back { from few; unique_key u; order_by n desc; limit 3; rank place; }
    top last { from few; unique_key u; order_by n desc; limit 3; emit end; }
    aggregate b { from last; aggregate s = sum(n); emit end; }
    sink file out { from amends; path a; }
    sink file back { from takes_back; path b; }
    sink null plain { from b; }
}
-- stdout
-- stderr
weir.conf:10:27: error: sink file "back" cannot take rows that take earlier ones back, which filter "few" makes
    sink file back { from takes_back; path b; }
                          ^~~~~~~~~~
weir.conf:4:12: note: "few" is defined here
note: a map between them makes plain rows of such: changes_as NAME;
weir: configuration file weir.conf test failed
-- exit 1
