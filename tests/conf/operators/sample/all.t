A share of one keeps all, in their order.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    sample x { from in; rate 1; }
    map m { from x; keep v; }
    sink stdout out { from m; }
}
-- args
run weir.conf
-- stdin
{"t":1,"v":0}
{"t":1,"v":1}
{"t":1,"v":2}
{"t":1,"v":3}
{"t":1,"v":4}
-- stdout
{"v":0}
{"v":1}
{"v":2}
{"v":3}
{"v":4}
-- stderr
-- exit 0
