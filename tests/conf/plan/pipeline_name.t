A pipeline's name.
-- conf
pipeline "a b" {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    sink null out { from in; }
}
-- stderr
weir.conf:1:10: error: "a b" is not a name; write letters, digits, "_" and "-", a letter or "_" first
pipeline "a b" {
         ^~~
weir: configuration file weir.conf test failed
-- exit 1
