Two ways from one source to one sink.
-- conf
pipeline p {
    source stdin in { format json { a int; } }
    filter f { from in; where a > 1; }
    filter g { from in; where a <= 1; }
    sink stdout out { from f g; }
}
-- stdout
pipeline "p": 4 operators in 2 chains, 2 tasks on 1 loop
  [1] ×1 on loop 0
      source stdin "in"
      ├─▶ filter "f" ─▶ [2] sink stdout "out", all rows to one
      └─▶ filter "g" ─▶ [2] sink stdout "out", all rows to one
  [2] ×1 on loop 0
      sink stdout "out"
  columns
      in: a int
      f: a int
      g: a int
  delivery
      none: state lives in memory, nothing outlives the process
  memory
      buffers hold at most 8704 KiB
  notes
      source stdin "in": no event_time, so it is the record's own, else the time of reading
      source stdin "in": no watermark, so it is monotonic: a row earlier than the latest is late
      source stdin "in": a bad record fails the pipeline
-- stderr
weir: the configuration file weir.conf syntax is ok
weir: configuration file weir.conf test is successful
-- exit 0
