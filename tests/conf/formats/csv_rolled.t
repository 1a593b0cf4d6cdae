Each file of a sink has a header.
-- conf
pipeline p {
    source file in { path *.ndjson; format json { n int; } }
    sink file out { from in; path out.csv; roll_size 1; format csv; }
}
-- file 1.ndjson
{"n":1}
-- file 2.ndjson
{"n":2}
-- args
run -q weir.conf
-- output out-000001.csv
n
1
-- output out-000002.csv
n
2
