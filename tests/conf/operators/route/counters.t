Rows that came are rows that left, those refused, and those that met no condition.
-- conf
pipeline p {
    source stdin in { format json { n int; t timestamp ms; } event_time t; }
    route r { from in; case a n > 100; case b 10 / (n - 4) = 1; on_error drop; }
    sink null out { from a b; }
}
-- args
run --summary json weir.conf
-- stdin
{"n":101,"t":1}
{"n":14,"t":2}
{"n":4,"t":3}
{"n":5,"t":4}
{"n":null,"t":5}
-- stdout
-- stderr contains
{{.*}}"name":"r",{{.*?}}"rows_in":5,"rows_out":2,{{.*?}}"rejected":1,{{.*?}}"counters":{"unmatched":2}{{.*}}
-- exit 0
