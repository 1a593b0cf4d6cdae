A time beyond the calendar has no text.
-- conf
pipeline p {
    source values in { format json { ms int; } row '{"ms":253402300800000}'; }
    map out { from in; set text = cast(to_timestamp(ms, 'ms') as string); }
    sink stdout s { from out; }
}
-- args
run weir.conf
-- stdout
-- stderr
weir: pipeline "p" failed: map "out": a timestamp outside the years 1 to 9999 has no text, in source values "in" "values" at offset 0: {"ms":253402300800000} (on_error drop or dead_letter NAME would let the pipeline go on)
-- exit 1
