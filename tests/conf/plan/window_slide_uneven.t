A slide that does not divide the window.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    window w { from in; hopping 10s 3s; aggregate n = count(); }
    sink null out { from w; }
}
-- stderr
weir: the configuration file weir.conf syntax is ok
weir: configuration file weir.conf test is successful
-- exit 0
