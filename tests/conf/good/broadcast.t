Rows that go to every subtask.
-- conf
load_module "{{BUILD}}/tests/fixtures/talk.so";
worker_threads 2;
pipeline p {
    source values in { row "x"; format line; }
    talk t { from in; parallelism 2; }
    sink null out { from t; }
}
-- stdout
pipeline "p": 3 operators in 2 chains, 3 tasks on 2 loops
  [1] ×1 on loop 0
      source values "in" ─▶ [2] talk "t", each row to all
  [2] ×2 on loops 1 1
      talk "t" ─▶ sink null "out"
  columns
      in: line string not null
      t: line string not null
  delivery
      none: state lives in memory, nothing outlives the process
  memory
      buffers hold at most 8704 KiB
  notes
      source values "in": no event_time, so it is the record's own, else the time of reading
      source values "in": no watermark, so it is monotonic: a row earlier than the latest is late
      source values "in": a bad record fails the pipeline
-- stderr
weir: the configuration file weir.conf syntax is ok
weir: configuration file weir.conf test is successful
-- exit 0
