A quote in the middle of a cell.
-- conf
pipeline p {
    source file in { path in.csv; format csv { header off; a string; b string; } }
    sink stdout out { from in; }
}
-- file in.csv
1,2
3,4"4
-- args
run weir.conf
-- stderr
weir: pipeline "p" failed: source file "in": field "b" has a quote in it but does not begin with one; quote all of it and double the quote, or turn quoting off, in source file "in" "in.csv" at offset 4: 3,4"4 (on_error drop or dead_letter NAME would let the pipeline go on)
-- exit 1
