An input that nobody makes.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from inn; where a > 1; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:21: error: unknown operator or output "inn"; did you mean "in"?
    filter f { from inn; where a > 1; }
                    ^~~
weir: configuration file weir.conf test failed
-- exit 1
