Two sources into one sink.
-- conf
pipeline p {
    source stdin i1 { format json { a int; } }
    source stdin i2 { format json { a int; } }
    sink stdout out { from i1 i2; }
}
-- stdout
pipeline "p": 3 operators in 3 chains, 3 tasks on 1 loop
  [1] ×1 on loop 0
      source stdin "i1" ─▶ [3] sink stdout "out", all rows to one
  [2] ×1 on loop 0
      source stdin "i2" ─▶ [3] sink stdout "out", all rows to one
  [3] ×1 on loop 0
      sink stdout "out"
  columns
      i1: a int
      i2: a int
  delivery
      none: state lives in memory, nothing outlives the process
  memory
      buffers hold at most 8704 KiB
  notes
      source stdin "i1": no event_time, so it is the record's own, else the time of reading
      source stdin "i1": no watermark, so it is monotonic: a row earlier than the latest is late
      source stdin "i1": a bad record fails the pipeline
      source stdin "i2": no event_time, so it is the record's own, else the time of reading
      source stdin "i2": no watermark, so it is monotonic: a row earlier than the latest is late
      source stdin "i2": a bad record fails the pipeline
-- stderr
weir: the configuration file weir.conf syntax is ok
weir: configuration file weir.conf test is successful
-- exit 0
