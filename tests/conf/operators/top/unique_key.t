Rows that are amended need to be told apart, and what does not go with them.
-- conf
pipeline p {
    source generator in { field u int uniform 1 9; field ts timestamp 2026-01-01T00:00:00Z 1s; event_time ts; watermark monotonic; }
    aggregate a { from in; key u; aggregate n = count(), j = collect(u); }
    top nothing { from a; order_by n desc; limit 3; rank place; }
    top stray { from in; unique_key u; order_by u desc; limit 3; rank place; }
    top in_windows { from a; unique_key u; tumbling 10s; order_by n desc; limit 3; rank place; }
    top with_ties { from a; unique_key u; order_by n desc; limit 3; emit end; with_ties on; }
    top elsewhere { from a; key u % 2; unique_key u; order_by n desc; limit 3; rank place; }
    top by_json { from a; unique_key j; order_by n desc; limit 3; rank place; }
    top by_many { from a; unique_key u, u + 1, u + 2, u + 3, u + 4, u + 5, u + 6, u + 7, u + 8, u + 9, u + 10, u + 11, u + 12, u + 13, u + 14, u + 15, u + 16; order_by n desc; limit 3; rank place; }
    sink null out { from nothing stray in_windows with_ties elsewhere by_json by_many; }
}
-- stdout
-- stderr
weir.conf:4:9: error: rows of its input amend earlier ones: say with "unique_key" what tells them apart, or make plain rows of them with a map: changes_as NAME
    top nothing { from a; order_by n desc; limit 3; rank place; }
        ^~~~~~~
weir.conf:5:9: error: no row of its input amends another: "unique_key" is for those that do
    top stray { from in; unique_key u; order_by u desc; limit 3; rank place; }
        ^~~~~
weir.conf:6:9: error: a window of "tumbling" goes out once, and rows of its input amend earlier ones: take "key window_end", say, without it
    top in_windows { from a; unique_key u; tumbling 10s; order_by n desc; limit 3; rank place; }
        ^~~~~~~~~~
weir.conf:7:9: error: "with_ties" is for rows that nothing amends
    top with_ties { from a; unique_key u; order_by n desc; limit 3; emit end; with_ties on; }
        ^~~~~~~~~
weir.conf:8:9: error: a row that is amended stays in its group: name all of "key" in "unique_key", too
    top elsewhere { from a; key u % 2; unique_key u; order_by n desc; limit 3; rank place; }
        ^~~~~~~~~
weir.conf:9:38: error: json has no equality: cast it
    top by_json { from a; unique_key j; order_by n desc; limit 3; rank place; }
                                     ^
weir.conf:10:27: error: rows can be told apart by up to 16 expressions
    top by_many { from a; unique_key u, u + 1, u + 2, u + 3, u + 4, u + 5, u + 6, u + 7, u + 8, u + 9, u + 10,...
                          ^~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
