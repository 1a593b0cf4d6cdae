A name that is none.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter 1st { from in; where a > 1; }
    sink null out { from in; }
}
-- stderr
weir.conf:3:12: error: "1st" is not a name; write letters, digits, "_" and "-", a letter or "_" first
    filter 1st { from in; where a > 1; }
           ^~~
weir: configuration file weir.conf test failed
-- exit 1
