A time so far away that no window can have it.
-- conf
worker_threads 1;
pipeline p {
    on_error dead_letter bad;
    source values in { row '{"n":-9223372036854775807}'; format json { n int; } event_time cast(n as timestamp); watermark none; }
    window w { from in; tumbling 10s; aggregate c = count(); }
    window s { from in; session 10s; aggregate c = count(); }
    top t { from in; tumbling 10s; order_by n; limit 1; }
    sink null one { from w; }
    sink null two { from s; }
    sink null three { from t; }
    map why { from bad; keep operator error; }
    sink stdout out { from why; }
}
-- args
run weir.conf
-- stdout
{"error":"event time is out of range","operator":"w"}
{"error":"event time is out of range","operator":"s"}
{"error":"event time is out of range","operator":"t"}
-- stderr
-- exit 0
