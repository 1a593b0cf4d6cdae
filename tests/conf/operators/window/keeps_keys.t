Windows that do not end keep their keys: that is said.
-- conf
pipeline p {
    source stdin in { format json { u int; ts timestamp ms; } event_time ts; watermark monotonic; }
    window w { from in; key u; count 10; aggregate n = count(); }
    window v { from in; key u; global; trigger count 10; ttl 1h; aggregate n = count(); }
    sink null out { from w; }
    sink null all_of_v { from v; }
}
-- stdout
pipeline "p": 5 operators in 1 chain, 1 task on 1 loop
  [1] ×1 on loop 0
      source stdin "in"
      ├─▶ window "w" ─▶ sink null "out"
      └─▶ window "v" ─▶ sink null "all_of_v"
  columns
      in: u int, ts timestamp
      w: u int, window_start timestamp not null, window_end timestamp not null, n int not null
      v: u int, n int not null; rows may amend earlier ones
  delivery
      none: state lives in memory, nothing outlives the process
  memory
      no buffers: there is one chain
  notes
      source stdin "in": a bad record fails the pipeline
      window "w": keeps every key for ever: with "ttl TIME" those without rows are forgotten
-- stderr
weir: the configuration file weir.conf syntax is ok
weir: configuration file weir.conf test is successful
-- exit 0
