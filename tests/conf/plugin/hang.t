A plugin that hangs while it is loaded hangs the child that loads it, until its time is over.
-- conf
plugin_timeout 2s;
load_module "{{BUILD}}/tests/fixtures/hang.so";
pipeline p {
    source values in { row "x"; format line; }
    sink stdout out { from in; }
}
-- stderr
weir.conf:2:13: error: plugin "{{BUILD}}/tests/fixtures/hang.so" has not finished loading after 2s (plugin_timeout)
load_module "{{BUILD}}/tests/fixtures/hang.so";
            ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
