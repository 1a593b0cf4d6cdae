A directive that a format has not.
-- conf
pipeline p {
    source stdin in { format json { a int; max_depth 3; strct on; } }
    sink null out { from in; }
}
-- stderr
weir.conf:2:54: error: unknown type "3" of field "max_depth"; choose one of: bool, int, float, timestamp, string, bytes, json
    source stdin in { format json { a int; max_depth 3; strct on; } }
                                                     ^
weir.conf:2:63: error: unknown type "on" of field "strct"; choose one of: bool, int, float, timestamp, string, bytes, json
    source stdin in { format json { a int; max_depth 3; strct on; } }
                                                              ^~
weir: configuration file weir.conf test failed
-- exit 1
