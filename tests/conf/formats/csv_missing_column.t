A column that the header lacks is named.
-- conf
pipeline p {
    source file in { path a.csv; format csv { a int; missing int; } }
    sink null out { from in; }
}
-- file a.csv
a,b
1,2
-- args
run -q weir.conf
-- stderr
weir: pipeline "p" failed: source file "in": the header of "a.csv" has no column "missing", which field "missing" is read from; it is: a,b
-- exit 1
