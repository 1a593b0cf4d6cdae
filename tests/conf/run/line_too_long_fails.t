Without on_error it fails the pipeline.
-- conf
pipeline p {
    source file in { path x; max_record_size 8; format line; }
    sink stdout out { from in; }
}
-- file x
short
rather long
-- args
run weir.conf
-- stderr
weir: pipeline "p" failed: source file "in": the line has 11 bytes, more than "max_record_size" of the source (8), in source file "in" "x" at offset 6: rather long (on_error drop or dead_letter NAME would let the pipeline go on)
-- exit 1
