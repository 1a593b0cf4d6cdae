The value of a bundle is the next word.
-- conf
worker_threads 2;
-- args
-tqc weir.conf
-- stdout
-- stderr
-- exit 0
