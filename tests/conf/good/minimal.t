The least there can be: nothing is said, so everything is noted.
-- conf
pipeline p {
    source stdin in { format json { a int; } }
    sink stdout out { from in; }
}
-- stdout
pipeline "p": 2 operators in 1 chain, 1 task on 1 loop
  [1] ×1 on loop 0
      source stdin "in" ─▶ sink stdout "out"
  columns
      in: a int
  delivery
      none: state lives in memory, nothing outlives the process
  memory
      no buffers: there is one chain
  notes
      source stdin "in": no event_time, so it is the record's own, else the time of reading
      source stdin "in": no watermark, so it is monotonic: a row earlier than the latest is late
      source stdin "in": a bad record fails the pipeline
-- stderr
weir: the configuration file weir.conf syntax is ok
weir: configuration file weir.conf test is successful
-- exit 0
