A name that is nearly an output's.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    route r { from in; case big v > 1; case small v < 1; }
    sink null out { from bigg small; }
}
-- stderr
weir.conf:4:26: error: unknown operator or output "bigg"; did you mean "big"?
    sink null out { from bigg small; }
                         ^~~~
weir: configuration file weir.conf test failed
-- exit 1
