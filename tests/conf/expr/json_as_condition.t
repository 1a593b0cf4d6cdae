A condition of json is cast; what is not json has no members.
-- conf
pipeline p {
    source stdin in { format json { a int; b int; s string; j json; } }
    filter f0 { from in; where not j; }
    filter f1 { from in; where a > 1 and j; }
    filter f2 { from in; where s.x = 1; }
    filter f3 { from in; where a.b.c is null; }
    filter f4 { from in; where lower(s).x is null; }
    sink null out { from f0 f1 f2 f3 f4; }
}
-- stdout
-- stderr
weir.conf:3:36: error: "not" takes bool, but this is json; write cast(x as bool)
    filter f0 { from in; where not j; }
                                   ^
weir.conf:4:42: error: "and" takes bool, but this is json; write cast(x as bool)
    filter f1 { from in; where a > 1 and j; }
                                         ^
weir.conf:5:32: error: column "s" is string; only json has members
    filter f2 { from in; where s.x = 1; }
                               ^~~
weir.conf:6:32: error: column "a" is int; only json has members
    filter f3 { from in; where a.b.c is null; }
                               ^~~~~
weir.conf:7:32: error: only json has members, but this is string
    filter f4 { from in; where lower(s).x is null; }
                               ^~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
