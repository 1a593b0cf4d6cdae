An error in -g says so.
-- conf
-- args
-t -g 'wroker_threads 2;' weir.conf
-- stderr
command line:1:1: error: unknown directive "wroker_threads"; did you mean "worker_threads"?
wroker_threads 2;
^~~~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
