A directory is no file.
-- conf
pipeline p {
    source file in { path logs; format line; }
    sink stdout out { from in; }
}
-- file logs/a
one
-- args
run -q weir.conf
-- stderr
weir.conf:2:27: error: source file "in": "logs" is a directory; name the files in it, such as "logs/*"
    source file in { path logs; format line; }
                          ^~~~
-- exit 1
