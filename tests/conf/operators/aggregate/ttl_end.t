-- conf
pipeline p {
    source stdin in { format json { user string; } }
    aggregate a { from in; key user; aggregate n = count(); emit end; ttl 1h; }
    sink stdout out { from a; }
}
-- stderr
weir.conf:3:15: error: "ttl" would drop results before "emit end" has shown them; take a window, or "emit update"
    aggregate a { from in; key user; aggregate n = count(); emit end; ttl 1h; }
              ^
weir: configuration file weir.conf test failed
-- exit 1
