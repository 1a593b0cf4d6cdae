-- conf
state_path state;
pipeline p {
    memory_limit 1g;
    source stdin in { format json { user string; } }
    aggregate a { from in; key user; emit end; aggregate n = count(); }
    sink stdout out { from a; }
}
-- stdout
pipeline "p": 3 operators in 1 chain, 1 task on 1 loop
  [1] ×1 on loop 0
      source stdin "in" ─▶ aggregate "a" ─▶ sink stdout "out"
  columns
      in: user string
      a: user string, n int not null
  delivery
      at-most-once: source stdin "in" cannot be read again, so what it had given since the last checkpoint is lost
  state
      {{DIR}}/state/p: no checkpoint yet
      source stdin "in": new
      aggregate "a": new
  memory
      at most 1024 MiB: tables 592 MiB, a checkpoint on its way 320 MiB, the database 96 MiB, buffers 0 bytes, the program 16 MiB
      what tables hold beyond that is on disk
  notes
      source stdin "in": no event_time, so it is the record's own, else the time of reading
      source stdin "in": no watermark, so it is monotonic: a row earlier than the latest is late
      source stdin "in": a bad record fails the pipeline
-- stderr
weir: the configuration file weir.conf syntax is ok
weir: configuration file weir.conf test is successful
-- exit 0
