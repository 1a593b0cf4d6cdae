Windows that are kept one by one, too many for a row.
-- conf
pipeline p {
    source generator in { field u int uniform 1 9; field ts timestamp 2026-01-01T00:00:00Z 1s; event_time ts; watermark monotonic; }
    window w { from in; key u; hopping 1h 1s; trigger every 5s; aggregate n = count(); }
    sink null out { from w; }
}
-- stdout
-- stderr
weir.conf:3:12: error: windows that go out before they end are kept one by one, and a row would be in more than 1024 of them: take a longer slide or step
    window w { from in; key u; hopping 1h 1s; trigger every 5s; aggregate n = count(); }
           ^
weir: configuration file weir.conf test failed
-- exit 1
