A header whose names cannot be read fails the pipeline.
-- conf
pipeline p {
    source file in { path in.csv; format csv { header on; a string; } }
    sink stdout out { from in; }
}
-- file in.csv
a,"b" c
1,2
-- args
run weir.conf
-- stderr
weir: pipeline "p" failed: source file "in": the header: column 2 has a quote that is not closed
-- exit 1
