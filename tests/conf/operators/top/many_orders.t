So many expressions are a slip.
-- conf
pipeline p {
    source stdin in { format json { k string; n int; } }
    top t { from in; key k; tumbling 1s; limit 2; order_by n + 0, n + 1, n + 2, n + 3, n + 4, n + 5, n + 6, n + 7, n + 8, n + 9, n + 10, n + 11, n + 12, n + 13, n + 14, n + 15, n + 16; }
    sink null out { from t; }
}
-- stderr
weir.conf:3:51: error: rows can be ordered by up to 16 expressions
    top t { from in; key k; tumbling 1s; limit 2; order_by n + 0, n + 1, n + 2, n + 3, n + 4, n + 5, n + 6, n ...
                                                  ^~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
