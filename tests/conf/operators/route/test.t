The graph shows the cases, not the router.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    route r { from in; case a v > 1; default rest; }
    sink null out { from a rest; }
}
-- args
-t weir.conf
-- stdout contains
      ├─ rest ─▶ {{.*}}sink null "out"{{.*}}
      └─ a ─▶ {{.*}}sink null "out"{{.*}}
      rest: k string, v int{{.*}}
      a: k string, v int{{.*}}
-- stderr
weir: the configuration file weir.conf syntax is ok
weir: configuration file weir.conf test is successful
-- exit 0
