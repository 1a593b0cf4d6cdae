A plan() that crashes.
-- conf
load_module "{{BUILD}}/tests/fixtures/stray.so";
pipeline p {
    source values in { row "x"; format line; }
    stray s { from in; how crash; }
    sink stdout out { from s; }
}
-- stderr
weir.conf:2:1: error: a plugin crashed while pipeline "p" was planned (signal 6, SIGABRT)
pipeline p {
^~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
