Two rows in one place cannot amend it.
-- conf
pipeline p {
    source stdin in { format json { k string; n int; } }
    top t { from in; key k; order_by n; limit 2; with_ties; rank place; emit update; }
    sink null out { from t; }
}
-- stderr
weir.conf:3:9: error: "emit update" amends places, which ties share: say "with_ties off" or "emit end"
    top t { from in; key k; order_by n; limit 2; with_ties; rank place; emit update; }
        ^
weir: configuration file weir.conf test failed
-- exit 1
