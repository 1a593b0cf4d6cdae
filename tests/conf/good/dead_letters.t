Dead letters of two operators in one output.
-- conf
pipeline p {
    on_error dead_letter bad;
    source stdin in { format json { a int; b string; t timestamp ms; } }
    map m { from in; set c = 10 / a; }
    sink stdout out { from m; }
    sink null n { from bad; }
}
-- stdout
pipeline "p": 4 operators in 2 chains, 2 tasks on 1 loop
  [1] ×1 on loop 0
      source stdin "in"
      ├─▶ map "m"
      │   ├─▶ sink stdout "out" ─ bad ─▶ [2] sink null "n"
      │   └─ bad ─▶ [2] sink null "n"
      └─ bad ─▶ [2] sink null "n"
  [2] ×1 on loop 0
      sink null "n"
  columns
      in: a int, b string, t timestamp
      bad: raw bytes, error string not null, error_code string not null,
          operator string not null, pipeline string not null, source string, partition string,
          offset int, event_time timestamp, attempts int not null
      m: a int, b string, t timestamp, c int
  delivery
      none: state lives in memory, nothing outlives the process
  memory
      buffers hold at most 13 MiB
  notes
      source stdin "in": no event_time, so it is the record's own, else the time of reading
      source stdin "in": no watermark, so it is monotonic: a row earlier than the latest is late
-- stderr
weir: the configuration file weir.conf syntax is ok
weir: configuration file weir.conf test is successful
-- exit 0
