Shares of a stream add up to the whole of it.
-- conf
worker_threads 2;
pipeline p {
    source nexmark in { count 10000; events auction; parallelism 3; }
    map out { from in; keep id category ts; }
    sink check s { from out; }
}
-- args
run weir.conf
-- stdout
rows 600
check f81ebcc0d0d5e7ca
-- exit 0
