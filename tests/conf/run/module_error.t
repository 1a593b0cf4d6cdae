A plugin that is not there.
-- conf
load_module nothing.so;
pipeline p {
    source stdin in { format json { a int; b string; } }
    sink stdout out { from in; }
}
-- args
run weir.conf
-- stdin
{"a":1,"b":"x"}
{"a":2,"b":"y"}
-- stdout
-- stderr
weir.conf:1:13: error: cannot load plugin "{{BUILD}}/plugins/modules/nothing.so": No such file or directory
load_module nothing.so;
            ^~~~~~~~~~
-- exit 2
