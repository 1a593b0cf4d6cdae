A plan() that ends the process.
-- conf
load_module "{{BUILD}}/tests/fixtures/stray.so";
pipeline p {
    source values in { row "x"; format line; }
    stray s { from in; how exit; }
    sink stdout out { from s; }
}
-- stderr
weir.conf:2:1: error: a plugin ended the process while pipeline "p" was planned (exit code 3)
pipeline p {
^~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
