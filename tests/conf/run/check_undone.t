A row that takes back another one.
-- conf
load_module "{{BUILD}}/tests/fixtures/undo.so";
pipeline p {
    source values in { row "x"; format line; }
    undo u { from in; }
    sink check out { from u; }
}
-- args
run weir.conf
-- stderr
weir: pipeline "p" failed: sink check "out": a row takes back an earlier one, which "check" cannot; send inserts and updates only
-- exit 1
