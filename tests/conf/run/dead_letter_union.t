A dead letter behind a union does not guess which source its record came from.
-- conf
pipeline p {
    source values one { format json { n int; } row '{"n":1}'; }
    source values two { format json { n int; } row '{"n":0}'; }
    map inverse { from one two; set n = 10 / n; on_error dead_letter bad; }
    map alone { from two; set n = 20 / n; on_error dead_letter bad; }
    sink null ok { from inverse alone; }
    map short { from bad; keep operator source partition; }
    sink file out { from short; path bad.ndjson; }
}
-- args
run weir.conf
-- output bad.ndjson
{"operator":"inverse","source":null,"partition":"values"}
{"operator":"alone","source":"two","partition":"values"}
-- exit 0
