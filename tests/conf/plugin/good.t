A plugin that is right.
-- conf
load_module "{{BUILD}}/tests/fixtures/good.so";
-- args
-t -q weir.conf
-- stderr
-- exit 0
