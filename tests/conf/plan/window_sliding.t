The word that others use leads to the directive.
-- conf
pipeline p {
    source stdin in { format json { k string; t timestamp ms; } event_time t; }
    window w { from in; partition_by k; sliding 10s; aggregate n = count(); }
    sink null out { from w; }
}
-- args
-t weir.conf
-- stderr
weir.conf:3:25: error: unknown directive "partition_by" in window "w"; did you mean "key"?
    window w { from in; partition_by k; sliding 10s; aggregate n = count(); }
                        ^~~~~~~~~~~~
weir.conf:3:41: error: unknown directive "sliding" in window "w"; did you mean "hopping"?
    window w { from in; partition_by k; sliding 10s; aggregate n = count(); }
                                        ^~~~~~~
weir: configuration file weir.conf test failed
-- stdout
-- exit 1
