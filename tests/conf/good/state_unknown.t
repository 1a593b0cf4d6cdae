A checkpoint that cannot be looked at.
-- conf
state_path state;
pipeline p {
    source values in { row "x"; format line; }
    sink stdout out { from in; }
}
-- file state/p/db/CURRENT
MANIFEST-000002
-- file state/p/manifest.json/file
-- stdout
pipeline "p": 2 operators in 1 chain, 1 task on 1 loop
  [1] ×1 on loop 0
      source values "in" ─▶ sink stdout "out"
  columns
      in: line string not null
  delivery
      at-least-once: sink stdout "out" cannot take rows back, so those since the last checkpoint come again after a failure
  state
      {{DIR}}/state/p: nothing is known of its last checkpoint: cannot read "{{DIR}}/state/p/manifest.json": Is a directory
      source values "in": new
  memory
      no buffers: there is one chain
  notes
      source values "in": no event_time, so it is the record's own, else the time of reading
      source values "in": no watermark, so it is monotonic: a row earlier than the latest is late
      source values "in": a bad record fails the pipeline
-- stderr
weir: the configuration file weir.conf syntax is ok
weir: configuration file weir.conf test is successful
-- exit 0
