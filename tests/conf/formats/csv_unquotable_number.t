Nor every number, if the delimiter is a part of it.
-- conf
pipeline p {
    source values in { row -5; format line { n string; } }
    map m { from in; set n = cast(n as int); }
    sink stdout out { from m; format csv { quote ''; delimiter '-'; header off; } }
}
-- args
run weir.conf
-- stderr
weir: pipeline "p" failed: sink stdout "out": field "n" has a delimiter or a newline in it, or is the text for null, and quoting is off; turn it on with "quote"
-- exit 1
