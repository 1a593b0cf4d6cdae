Late for what?
-- conf
pipeline p {
    source stdin in { format json { k string; n int; } }
    top t { from in; key k; order_by n; limit 2; late_to late; }
    sink null out { from t; }
}
-- stderr
weir.conf:3:9: error: "late_to" is for windows: without "tumbling" no row is late
    top t { from in; key k; order_by n; limit 2; late_to late; }
        ^
weir.conf:3:58: error: nobody reads "late"
    top t { from in; key k; order_by n; limit 2; late_to late; }
                                                         ^~~~
note: to throw its rows away, add: sink null NAME { from late; }
weir: configuration file weir.conf test failed
-- exit 1
