Letters bundled, values joined.
-- conf
worker_threads 2;
-- args
-tqcweir.conf
-- stdout
-- stderr
-- exit 0
