A session that goes out early may take back what went out; one that gives parts does not.
-- conf
pipeline p {
    source generator in { field u int uniform 1 9; field ts timestamp 2026-01-01T00:00:00Z 1s; event_time ts; watermark monotonic; }
    window early { from in; key u; session 10s; trigger every 5s; aggregate n = count(); }
    window late { from in; key u; session 10s; allowed_lateness 5s; aggregate n = count(); }
    window parts { from in; key u; session 10s; trigger every 5s; accumulation_mode discarding; aggregate n = count(); }
    window final { from in; key u; session 10s; allowed_lateness 5s; emit final; aggregate n = count(); }
    sink null out { from parts final; }
    sink file a { from early; path a; }
    sink file b { from late; path b; }
}
-- stdout
-- stderr
weir.conf:8:24: error: sink file "a" cannot take rows that take earlier ones back, which window "early" makes
    sink file a { from early; path a; }
                       ^~~~~
weir.conf:3:12: note: "early" is defined here
note: a map between them makes plain rows of such: changes_as NAME;
weir.conf:9:24: error: sink file "b" cannot take rows that take earlier ones back, which window "late" makes
    sink file b { from late; path b; }
                       ^~~~
weir.conf:4:12: note: "late" is defined here
note: a map between them makes plain rows of such: changes_as NAME;
weir: configuration file weir.conf test failed
-- exit 1
