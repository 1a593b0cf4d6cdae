A sink has nothing to skip.
-- conf
pipeline p {
    source stdin in { format line; }
    sink stdout out { from in; format csv { header skip; } }
}
-- stderr
weir.conf:3:17: error: "header skip" is of sources; a sink writes a header, or "off"
    sink stdout out { from in; format csv { header skip; } }
                ^~~
weir: configuration file weir.conf test failed
-- exit 1
