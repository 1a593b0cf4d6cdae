A file that is gone on with has its header already.
-- conf
pipeline p {
    source stdin in { format json { n int; } }
    sink file out { from in; path out.csv; append; format csv; }
}
-- file out.csv
n
1
-- args
run -q weir.conf
-- stdin
{"n":2}
-- output out.csv
n
1
2
