Help names all there is.
-- args
help
-- stdout contains
weir -t FILE {{.*}}
      worker_threads NUMBER;
      buffer BATCHES [BYTES];
-- stderr
-- exit 0
