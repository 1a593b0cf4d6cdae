Names are not separated by commas.
-- conf
pipeline p {
    source stdin in { format json { a int; b int; } }
    map m { from in; keep a, b; }
    map m2 { from in, m; remove a; }
    map m3 { from in,m; remove a,b; }
    sink null out { from m2 m3; }
}
-- args
-t weir.conf
-- stderr
weir.conf:3:27: error: unknown field "a,"; fields are separated by spaces
    map m { from in; keep a, b; }
                          ^~
weir.conf:4:19: error: unknown operator or output "in,"; names are separated by spaces
    map m2 { from in, m; remove a; }
                  ^~~
weir.conf:5:19: error: unknown operator or output "in,m"; names are separated by spaces
    map m3 { from in,m; remove a,b; }
                  ^~~~
weir: configuration file weir.conf test failed
-- stdout
-- exit 1
