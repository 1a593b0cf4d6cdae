Without quotes not every string can be written.
-- conf
pipeline p {
    source values in { row 'a,b'; format line; }
    sink stdout out { from in; format csv { quote ''; } }
}
-- args
run weir.conf
-- stderr
weir: pipeline "p" failed: sink stdout "out": field "line" has a delimiter or a newline in it, or is the text for null, and quoting is off; turn it on with "quote"
-- exit 1
