nexmark says which numbers it cannot shuffle by.
-- conf
pipeline p {
    source nexmark a { disorder 1906; }
    source nexmark b { profile beam; events bid; count -1; }
    sink null s { from a b; }
}
-- args
-t weir.conf
-- stdout
-- stderr
weir.conf:2:20: error: "disorder" is a multiple of 953, which events are shuffled by; any other number does
    source nexmark a { disorder 1906; }
                   ^
weir.conf:3:56: error: "count" is -1; allowed 0 or more
    source nexmark b { profile beam; events bid; count -1; }
                                                       ^~
weir: configuration file weir.conf test failed
-- exit 1
