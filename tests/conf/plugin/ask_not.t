What is outside is no matter of -t.
-- conf
load_module "{{BUILD}}/tests/fixtures/stray.so";
pipeline p {
    source values in { row "x"; format line; }
    stray s { from in; how ask_problem; }
    sink stdout out { from s; }
}
-- args
-tq weir.conf
-- stderr
-- exit 0
