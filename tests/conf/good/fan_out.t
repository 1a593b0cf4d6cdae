One output read by several, one chained and the others too.
-- conf
pipeline p {
    source stdin in { format json { a int; b int; } event_time @timestamp; watermark none; on_error drop; }
    filter f { from in; where a > 1; else_to rest; }
    sink null o1 { from f; }
    sink null o2 { from rest; }
    sink null o3 { from in; }
}
-- stdout
pipeline "p": 5 operators in 1 chain, 1 task on 1 loop
  [1] ×1 on loop 0
      source stdin "in"
      ├─▶ filter "f"
      │   ├─▶ sink null "o1"
      │   └─ rest ─▶ sink null "o2"
      └─▶ sink null "o3"
  columns
      in: a int, b int
      f: a int, b int
      rest: a int, b int
  delivery
      none: state lives in memory, nothing outlives the process
  memory
      no buffers: there is one chain
-- stderr
weir: the configuration file weir.conf syntax is ok
weir: configuration file weir.conf test is successful
-- exit 0
