An operator is asked by -tt what it depends on outside: what is worth knowing is among the notes.
-- conf
load_module "{{BUILD}}/tests/fixtures/stray.so";
pipeline p {
    source values in { row "x"; format line; }
    stray s { from in; how ask_note; }
    sink stdout out { from s; }
}
-- args
-tt weir.conf
-- stdout
pipeline "p": 3 operators in 1 chain, 1 task on 1 loop
  [1] ×1 on loop 0
      source values "in" ─▶ stray "s" ─▶ sink stdout "out"
  columns
      in: line string not null
      s: line string not null
  delivery
      none: state lives in memory, nothing outlives the process
  memory
      no buffers: there is one chain
  notes
      source values "in": no event_time, so it is the record's own, else the time of reading
      source values "in": no watermark, so it is monotonic: a row earlier than the latest is late
      source values "in": a bad record fails the pipeline
      stray "s": somebody is at home
-- stderr
weir: the configuration file weir.conf syntax is ok
weir: configuration file weir.conf test is successful
-- exit 0
