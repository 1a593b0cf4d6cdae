Each file has its own header.
-- conf
pipeline p {
    source file in { path *.csv; format csv { a int; b int; } }
    sink stdout out { from in; }
}
-- file a.csv
a,b
1,2
-- file b.csv
b,c,a
3,4,5
-- args
run -q weir.conf
-- stdout
{"a":1,"b":2}
{"a":5,"b":3}
