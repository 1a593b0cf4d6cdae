Delimiter and quote of csv differ.
-- conf
pipeline p {
    source file in { path a.csv; format csv { a int; delimiter ';'; quote ';'; } }
    sink null out { from in; }
}
-- stderr
weir.conf:2:64: error: "delimiter" is the quote, too
    source file in { path a.csv; format csv { a int; delimiter ';'; quote ';'; } }
                                                               ^~~
weir: configuration file weir.conf test failed
-- exit 1
