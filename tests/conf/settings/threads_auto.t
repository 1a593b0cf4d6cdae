As many threads as cores.
-- conf
worker_threads auto;
-- args
-t -q weir.conf
-- stderr
-- exit 0
