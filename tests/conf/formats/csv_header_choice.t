The header of csv has three choices.
-- conf
pipeline p {
    source file in { path a.csv; format csv { a int; header yes; } }
    sink null out { from in; }
}
-- stderr
weir.conf:2:61: error: "header" is "yes"; choose one of: off, on, skip
    source file in { path a.csv; format csv { a int; header yes; } }
                                                            ^~~
weir: configuration file weir.conf test failed
-- exit 1
