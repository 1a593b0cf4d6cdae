Help on a directive of the top level.
-- args
help worker_threads
-- stdout
at the top of a conf
  worker_threads NUMBER;
      How many threads a pipeline runs on, `auto` for one a core; also the default
      parallelism of keyed operators.
      default 1
-- stderr
-- exit 0
