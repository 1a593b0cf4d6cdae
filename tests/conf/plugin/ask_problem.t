An operator is asked by -tt what it depends on outside: what would fail is an error of the conf.
-- conf
load_module "{{BUILD}}/tests/fixtures/stray.so";
pipeline p {
    source values in { row "x"; format line; }
    stray s { from in; how ask_problem; }
    sink stdout out { from s; }
}
-- args
-tt weir.conf
-- stderr
weir.conf:4:5: error: the door is shut; knock
    stray s { from in; how ask_problem; }
    ^~~~~
weir: configuration file weir.conf test failed
-- exit 1
