`weir run` runs one pipeline.
-- conf
pipeline a { }
pipeline b { }
-- args
run weir.conf
-- stderr
weir: weir.conf has 2 pipelines: a, b; choose one with --pipeline NAME
-- exit 2
