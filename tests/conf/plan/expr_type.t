Types that cannot be compared.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; where a > 'x'; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:33: error: ">" cannot compare int with string
    filter f { from in; where a > 'x'; }
                                ^
weir: configuration file weir.conf test failed
-- exit 1
