A row that takes back another one.
-- conf
load_module "{{BUILD}}/tests/fixtures/undo.so";
pipeline p {
    source values in { row "x"; format line; }
    undo u { from in; }
    sink stdout out { from u; }
}
-- args
run weir.conf
-- stderr
weir: pipeline "p" failed: sink stdout "out": a row takes back an earlier one, which "stdout" cannot; send inserts and updates only
-- exit 1
