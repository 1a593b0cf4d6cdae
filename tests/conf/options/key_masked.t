A secret in a key is not shown.
-- conf
pipeline p {
    source stdin in { format json { s string; } }
    window w { from in; key s || '${file:pw}'; tumbling 10s; aggregate n = count(); }
    sink stdout out { from w; }
}
-- file pw
s3cret
-- args
-t -q --json weir.conf
-- stdout contains
                  "name": "s || '***' #{{[0-9a-f]+}}",
            "s || '***' #{{[0-9a-f]+}}"
-- stderr
-- exit 0
