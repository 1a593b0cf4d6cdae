An empty file has no header and no rows.
-- conf
pipeline p {
    source file in { path a.csv; format csv { a int; } }
    sink stdout out { from in; format csv; }
}
-- file a.csv
-- args
run -q weir.conf
-- stdout
