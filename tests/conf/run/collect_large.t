A list has an end.
-- conf
worker_threads 1;
pipeline p {
    source generator in { field n int sequence; count 70; }
    map m { from in; set s = repeat(cast(n % 10 as string), 1000000); keep s; }
    aggregate a { from m; emit end; aggregate l = collect(s); }
    sink null out { from a; }
}
-- args
run weir.conf
-- stderr
weir: pipeline "p" failed: aggregate "a": a list of more than 64 MiB (on_error drop or dead_letter NAME would let the pipeline go on)
-- exit 1
