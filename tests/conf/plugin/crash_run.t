What crashes while it is loaded does not crash `weir run`.
-- conf
load_module "{{BUILD}}/tests/fixtures/crash.so";
pipeline p {
    source values in { row "x"; format line; }
    sink stdout out { from in; }
}
-- args
run weir.conf
-- stderr
weir.conf:1:13: error: plugin "{{BUILD}}/tests/fixtures/crash.so" crashed while loading (signal 6, SIGABRT)
load_module "{{BUILD}}/tests/fixtures/crash.so";
            ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
-- exit 2
