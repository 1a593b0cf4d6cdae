Files whose columns are in another order need a source each.
-- conf
pipeline p {
    source file in { path *.csv; format csv { a int; b int; } }
    sink null out { from in; }
}
-- file a.csv
a,b
1,2
-- file b.csv
b,a
1,2
-- args
run -q weir.conf
-- stderr
weir: pipeline "p" failed: source file "in": the header has its columns in another order than the file before; give files with different headers a source each
-- exit 1
