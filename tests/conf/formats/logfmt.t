logfmt in, logfmt out, and what is bad.
-- conf
pipeline p {
    source stdin in { format logfmt { msg string; n int code; ok bool; } on_error dead_letter bad; }
    sink stdout out { from in; format logfmt; }
    sink file err { from bad; path bad.log; format logfmt; }
}
-- stdin
msg="a \"b\"" code=5 ok x=1
code=x
msg="open
msg=last msg=wins
-- args
run -q weir.conf
-- stdout
msg="a \"b\"" n=5 ok=true
msg=wins
-- output bad.log
raw=Y29kZT14 error="field \"n\" is \"x\", not an int" error_code=bad_record operator=in pipeline=p source=in partition=stdin offset=28 attempts=1
raw=bXNnPSJvcGVu error="byte 4 opens a quote that is not closed" error_code=bad_record operator=in pipeline=p source=in partition=stdin offset=35 attempts=1
