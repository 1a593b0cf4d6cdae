`weir run` needs a pipeline.
-- conf
worker_threads 1;
-- args
run weir.conf
-- stderr
weir: weir.conf has no pipeline
-- exit 2
