Aggregates say what they take.
-- conf
pipeline p {
    source stdin in { format json { n int; s string; b bool; } }
    aggregate w { from in; emit end; aggregate a = bool_and(n), c = count(n, s), m = min(n, s); }
    sink null out { from w; }
}
-- stderr
weir.conf:3:52: error: bool_and(x): takes bool, not int
    aggregate w { from in; emit end; aggregate a = bool_and(n), c = count(n, s), m = min(n, s); }
                                                   ^~~~~~~~~~~
weir.conf:3:69: error: count([x]): takes no argument or 1, not 2
    aggregate w { from in; emit end; aggregate a = bool_and(n), c = count(n, s), m = min(n, s); }
                                                                    ^~~~~~~~~~~
weir.conf:3:86: error: min(x): takes 1 argument, not 2; of several columns there are least() and greatest()
    aggregate w { from in; emit end; aggregate a = bool_and(n), c = count(n, s), m = min(n, s); }
                                                                                     ^~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
