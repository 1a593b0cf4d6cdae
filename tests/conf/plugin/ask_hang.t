A test() that does not come back.
-- conf
plugin_timeout 2s;
load_module "{{BUILD}}/tests/fixtures/stray.so";
pipeline p {
    source values in { row "x"; format line; }
    stray s { from in; how ask_hang; }
    sink stdout out { from s; }
}
-- args
-tt weir.conf
-- stderr
weir.conf:5:5: error: stray "s" has not finished asking what it depends on after 2s (plugin_timeout)
    stray s { from in; how ask_hang; }
    ^~~~~
weir: configuration file weir.conf test failed
-- exit 1
