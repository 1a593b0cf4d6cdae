A pattern that would try for ever makes the row an error; so does a pattern of a row that is wrong.
-- conf
pipeline p {
    on_error dead_letter rejected;
    source values in {
        format json { s string; re string; }
        row '{"s":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!","re":"a"}';
        row '{"s":"aaa","re":"("}';
        row '{"s":"aaa","re":"a"}';
    }
    map m { from in; set slow = s ~ '^(a|a|aa)+$', own = s ~ re; }
    sink null out { from m; }
    aggregate why { from rejected; key error; emit end; aggregate n = count(); }
    sink stdout bad { from why; }
}
-- args
run weir.conf
-- stdout
{"error":"the regular expression takes too many steps on this text","n":1}
{"error":"the regular expression is wrong","n":1}
-- exit 0
