`weir run` loads what the conf names in a child first.
-- conf
plugin_timeout 2s;
load_module "{{BUILD}}/tests/fixtures/hang.so";
pipeline p {
    source values in { row "x"; format line; }
    sink stdout out { from in; }
}
-- args
run weir.conf
-- stderr
weir.conf:2:13: error: plugin "{{BUILD}}/tests/fixtures/hang.so" has not finished loading after 2s (plugin_timeout)
load_module "{{BUILD}}/tests/fixtures/hang.so";
            ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
-- exit 2
