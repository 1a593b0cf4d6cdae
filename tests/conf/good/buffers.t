Bounds of buffers.
-- conf
worker_threads 2;
pipeline p {
    buffer 4 1m;
    source stdin in { format json { a int; k string; } }
    window w { from in; key k; tumbling 1s; aggregate n = count(); buffer 2 64k; parallelism 2; }
    sink stdout out { from w; parallelism 1; }
}
-- stdout
pipeline "p": 3 operators in 3 chains, 4 tasks on 2 loops
  [1] ×1 on loop 0
      source stdin "in" ─▶ [2] window "w", by k
  [2] ×2 on loops 1 1
      window "w" ─▶ [3] sink stdout "out", all rows to one
  [3] ×1 on loop 1
      sink stdout "out"
  columns
      in: a int (not read), k string
      w: k string, window_start timestamp not null, window_end timestamp not null,
          n int not null
  delivery
      none: state lives in memory, nothing outlives the process
  memory
      buffers hold at most 4032 KiB
  notes
      source stdin "in": no event_time, so it is the record's own, else the time of reading
      source stdin "in": no watermark, so it is monotonic: a row earlier than the latest is late
      source stdin "in": a bad record fails the pipeline
      window "w": without late_to, the rows meant for it are counted and dropped
-- stderr
weir: the configuration file weir.conf syntax is ok
weir: configuration file weir.conf test is successful
-- exit 0
