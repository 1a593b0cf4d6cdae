A file that is not what its name says is refused, and the others are read.
-- conf
pipeline p {
    source file in { path all.zst b.txt; format line; on_error dead_letter bad; }
    sink stdout out { from in; format line; }
    sink file err { from bad; path bad.csv; format csv { header off; } }
}
-- file all.zst
no zstd at all
-- file b.txt
text
-- args
run -q weir.conf
-- stdout
text
-- output bad.csv
"",the zstd data is corrupt: Unknown frame descriptor; what follows cannot be read,bad_record,in,p,in,all.zst,0,,1
