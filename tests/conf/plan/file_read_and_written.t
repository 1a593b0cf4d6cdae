What a pipeline writes it cannot read, whatever the name looks like.
-- conf
pipeline p {
    source file in { path data/*.ndjson ./in.ndjson; format json { a int; } }
    sink file same { from in; path in.ndjson; }
    sink file matched { from in; path .//data/out.ndjson; }
    sink file fine { from in; path data/sub/out.ndjson; }
    sink file twice { from in; path data/sub/./out.ndjson; }
    sink file nowhere { from in; path /dev/null; }
    sink file nowhere2 { from in; path /dev/null; }
}
-- stderr
weir.conf:3:36: error: "in.ndjson" is read by source file "in"; write to another file
    sink file same { from in; path in.ndjson; }
                                   ^~~~~~~~~
weir.conf:2:41: note: read here
weir.conf:4:39: error: ".//data/out.ndjson" is read by source file "in"; write to another file
    sink file matched { from in; path .//data/out.ndjson; }
                                      ^~~~~~~~~~~~~~~~~~
weir.conf:2:27: note: read here
weir.conf:6:37: error: "data/sub/./out.ndjson" is written by sink file "fine" too; give each a file of its own
    sink file twice { from in; path data/sub/./out.ndjson; }
                                    ^~~~~~~~~~~~~~~~~~~~~
weir.conf:5:36: note: written here
weir: configuration file weir.conf test failed
-- exit 1
