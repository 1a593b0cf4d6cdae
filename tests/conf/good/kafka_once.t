What exactly once means to readers.
-- conf
load_module kafka.so;
state_path state;
pipeline p {
    checkpoint { interval 200ms; }
    source kafka in { brokers b:9092; topic a; group g; format json { n int; } watermark none; on_error drop; }
    sink kafka out { from in; brokers b:9092; topic b; delivery exactly_once; transactional_id t; }
}
-- stdout
pipeline "p": 2 operators in 1 chain, 1 task on 1 loop
  [1] ×1 on loop 0
      source kafka "in" ─▶ sink kafka "out"
  columns
      in: n int
  delivery
      exactly-once: every source can be read again, and rows are shown by what decides the checkpoint that holds them: Kafka transaction "t"
  state
      {{DIR}}/state/p: no checkpoint yet
      source kafka "in": new
      sink kafka "out": new
  memory
      no buffers: there is one chain
  notes
      source kafka "in": no event_time, so it is the record's own, else the time of reading
      source kafka "in": tested with Apache Kafka 3.9.2 and 4.3.1
      sink kafka "out": tested with Apache Kafka 3.9.2 and 4.3.1
      sink kafka "out": readers with isolation.level=read_committed see a row with its checkpoint, up to 200ms after it was written, and what the checkpoint takes; others see it at once, and what is undone as well
-- stderr
weir: the configuration file weir.conf syntax is ok
weir: configuration file weir.conf test is successful
-- exit 0
