A test() that crashes.
-- conf
load_module "{{BUILD}}/tests/fixtures/stray.so";
pipeline p {
    source values in { row "x"; format line; }
    stray s { from in; how ask_crash; }
    sink stdout out { from s; }
}
-- args
-tt weir.conf
-- stderr
weir.conf:4:5: error: a plugin crashed while stray "s" asked what it depends on (signal 6, SIGABRT)
    stray s { from in; how ask_crash; }
    ^~~~~
weir: configuration file weir.conf test failed
-- exit 1
