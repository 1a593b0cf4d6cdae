Rows that amend a place need the place.
-- conf
pipeline p {
    source stdin in { format json { k string; n int; } }
    top t { from in; key k; order_by n; limit 2; emit update; }
    sink null out { from t; }
}
-- stderr
weir.conf:3:9: error: "emit update" amends places: name a column for them with "rank", or say "emit end"
    top t { from in; key k; order_by n; limit 2; emit update; }
        ^
weir: configuration file weir.conf test failed
-- exit 1
