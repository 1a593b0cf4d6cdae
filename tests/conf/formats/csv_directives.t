The directives of csv take one byte; every mistake is told.
-- conf
pipeline p {
    source file in {
        path a.csv;
        format csv {
            header off;
            a int 2;
            b string zz;
            c timestamp parsec;
            d timestamp ms 3 4;
            delimiter ',,';
            quote "\n";
        }
    }
    sink null out { from in; }
}
-- stderr
weir.conf:7:22: error: field "b" is in column "zz"; without "header on" write the number of the column, 1 to 16384
            b string zz;
                     ^~
weir.conf:8:25: error: field "c" is in column "parsec"; without "header on" write the number of the column, 1 to 16384
            c timestamp parsec;
                        ^~~~~~
weir.conf:9:25: error: unexpected "4" behind field "d"; write its type, its unit (s, ms, us or ns) and what the records call it, in quotes if that has spaces
            d timestamp ms 3 4;
                        ^~
weir.conf:10:23: error: "delimiter" is ",,"; write one character of ASCII, such as ',' ';' '|' or '\t'
            delimiter ',,';
                      ^~~~
weir.conf:11:19: error: "quote" is "\n"; write one character of ASCII, such as ',' ';' '|' or '\t'
            quote "\n";
                  ^~~~
weir: configuration file weir.conf test failed
-- exit 1
