Operators of other languages, each with what to write instead.
-- conf
pipeline p {
    source stdin in { format json { a int; b int; s string; j json; } }
    filter f0 { from in; where a <=> b; }
    filter f1 { from in; where a << 1 = b; }
    filter f2 { from in; where a >> 1 = b; }
    filter f3 { from in; where j -> x is null; }
    filter f4 { from in; where a | b = 1; }
    sink null out { from f0 f1 f2 f3 f4; }
}
-- stdout
-- stderr
weir.conf:3:34: error: unknown operator "<=>"; write "=" and "is null"
    filter f0 { from in; where a <=> b; }
                                 ^~~
weir.conf:4:34: error: unknown operator "<<"; there are no operators on bits
    filter f1 { from in; where a << 1 = b; }
                                 ^~
weir.conf:5:34: error: unknown operator ">>"; there are no operators on bits
    filter f2 { from in; where a >> 1 = b; }
                                 ^~
weir.conf:6:34: error: unknown operator "->"; write column.member
    filter f3 { from in; where j -> x is null; }
                                 ^~
weir.conf:7:34: error: unknown operator "|"; write "or", or "||" to join strings
    filter f4 { from in; where a | b = 1; }
                                 ^
weir: configuration file weir.conf test failed
-- exit 1
