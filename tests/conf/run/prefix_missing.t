Relative names start from a directory that is not there.
-- conf
pipeline p { source values in { row "x"; format line; } sink stdout out { from in; } }
-- args
run -p {{DIR}}/nowhere {{DIR}}/weir.conf
-- stderr
weir: pipeline "p" failed: chdir() "{{DIR}}/nowhere" failed (2: No such file or directory)
-- exit 2
