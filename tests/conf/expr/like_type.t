like is for strings.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; where a like 'x%'; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:31: error: "like" takes strings and bytes, but this is int; write cast(x as string)
    filter f { from in; where a like 'x%'; }
                              ^
weir: configuration file weir.conf test failed
-- exit 1
