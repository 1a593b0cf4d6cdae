A slide longer than the window.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    window w { from in; hopping 10s 20s; aggregate n = count(); }
    sink null out { from w; }
}
-- stderr
weir.conf:3:12: error: the slide of "hopping" is longer than its size, so rows between the windows would be lost
    window w { from in; hopping 10s 20s; aggregate n = count(); }
           ^
weir: configuration file weir.conf test failed
-- exit 1
