A plugin that ends the process that loads it.
-- conf
load_module "{{BUILD}}/tests/fixtures/leave.so";
-- stderr
weir.conf:1:13: error: plugin "{{BUILD}}/tests/fixtures/leave.so" ended the process while loading (exit code 3)
load_module "{{BUILD}}/tests/fixtures/leave.so";
            ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
