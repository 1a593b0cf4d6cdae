An aggregate with a ttl: what is forgotten is not taken back, and -t says so.
-- conf
pipeline p {
    source stdin in { format json { user string; } }
    aggregate a { from in; key user; aggregate n = count(); ttl 1h; }
    sink stdout out { from a; }
}
-- stdout contains
      aggregate "a": what went out of a key that "ttl" forgets is not taken back
-- stderr
weir: the configuration file weir.conf syntax is ok
weir: configuration file weir.conf test is successful
