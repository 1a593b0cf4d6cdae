A line longer than max_record_size goes to on_error, its beginning is kept, and reading goes on behind it.
-- conf
pipeline p {
    source stdin in { max_record_size 8; format line; on_error dead_letter bad; }
    sink stdout out { from in; }
    sink file err { from bad; path bad.csv; format csv { header off; } }
}
-- args
run -q weir.conf
-- stdin
short
rather long
next
-- stdout
{"line":"short"}
{"line":"next"}
-- output bad.csv
cmF0aGVyIGxvbmc=,"the line has 11 bytes, more than ""max_record_size"" of the source (8)",bad_record,in,p,in,stdin,6,,1
