Rows can be late for windows only, and what becomes of them is said there.
-- conf
pipeline p {
    source stdin in { format json { u int; ts timestamp ms; } event_time ts; watermark monotonic; }
    dedupe d { from in; key u; }
    top w { from d; order_by u; limit 1; tumbling 10s; }
    top v { from d; order_by u; limit 1; rank r; }
    top l { from d; order_by u; limit 1; tumbling 10s; late_to late; }
    sink null out { from w; }
    sink null other { from v; }
    sink null rest { from l; }
    sink null too { from late; }
}
-- stdout
pipeline "p": 9 operators in 1 chain, 1 task on 1 loop
  [1] ×1 on loop 0
      source stdin "in" ─▶ dedupe "d"
      ├─▶ top "w" ─▶ sink null "out"
      ├─▶ top "v" ─▶ sink null "other"
      └─▶ top "l"
          ├─▶ sink null "rest"
          └─ late ─▶ sink null "too"
  columns
      in: u int, ts timestamp
      d: u int, ts timestamp
      w: u int, ts timestamp
      v: u int, ts timestamp, r int not null; rows may amend earlier ones
      l: u int, ts timestamp
      late: u int, ts timestamp
  delivery
      none: state lives in memory, nothing outlives the process
  memory
      no buffers: there is one chain
  notes
      source stdin "in": a bad record fails the pipeline
      top "w": without late_to, the rows meant for it are counted and dropped
-- stderr
weir: the configuration file weir.conf syntax is ok
weir: configuration file weir.conf test is successful
-- exit 0
