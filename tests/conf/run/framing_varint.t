Records that come with their lengths.
-- conf
pipeline p {
    source stdin in { framing varint_delimited; format line; }
    sink stdout out { from in; }
}
-- args
run -q weir.conf
-- stdin
helloa
b
-- stdout
{"line":"hello"}
{"line":"a\nb\n"}
