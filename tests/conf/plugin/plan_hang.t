A plan() that does not come back.
-- conf
plugin_timeout 2s;
load_module "{{BUILD}}/tests/fixtures/stray.so";
pipeline p {
    source values in { row "x"; format line; }
    stray s { from in; how hang; }
    sink stdout out { from s; }
}
-- stderr
weir.conf:3:1: error: a plugin has not finished planning pipeline "p" after 2s (plugin_timeout)
pipeline p {
^~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
