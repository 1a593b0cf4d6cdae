Two operators of one name.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; where a > 1; }
    map f { from in; keep a; }
    sink null out { from f; }
}
-- stderr
weir.conf:4:9: error: duplicate operator name "f"
    map f { from in; keep a; }
        ^
weir.conf:3:12: note: "f" first defined here
weir: configuration file weir.conf test failed
-- exit 1
