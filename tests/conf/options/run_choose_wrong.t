--pipeline names one that is there.
-- conf
pipeline a { }
pipeline b { }
-- args
run --pipeline c weir.conf
-- stderr
weir: weir.conf has no pipeline "c"; it has: a, b
-- exit 2
