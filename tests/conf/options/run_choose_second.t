-- conf
pipeline a { source values in { format line; row x; } sink stdout out { from in; } }
pipeline b { source values in { format line; row y; } sink stdout out { from in; } }
-- args
run --pipeline b weir.conf
-- stderr
-- stdout
{"line":"y"}
-- exit 0
