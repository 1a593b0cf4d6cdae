`~` and its negation, groups and replacements; a null stays null.
-- conf
pipeline p {
    source values in {
        format json { s string; re string; }
        row '{"s":"GET /user/42 200","re":"^GET"}';
        row '{"s":"POST /cart/7 500","re":"5..$"}';
        row '{"s":"Grüße","re":"^.{5}$"}';
        row '{"s":null,"re":"x"}';
    }
    map m {
        from in;
        set get = s ~ '^GET ', other = s !~ '^GET ', own = s ~ re;
        set id = regexp_extract(s, '/([a-z]+)/([0-9]+)', 2), first = regexp_extract(s, '[a-z]+');
        set plain = regexp_replace(s, '([a-z]+)/[0-9]+', '$1/N');
    }
    sink stdout out { from m; }
}
-- args
run weir.conf
-- stdout
{"s":"GET /user/42 200","re":"^GET","get":true,"other":false,"own":true,"id":"42","first":"user","plain":"GET /user/N 200"}
{"s":"POST /cart/7 500","re":"5..$","get":false,"other":true,"own":true,"id":"7","first":"cart","plain":"POST /cart/N 500"}
{"s":"Grüße","re":"^.{5}$","get":false,"other":true,"own":true,"id":null,"first":"r","plain":"Grüße"}
{"s":null,"re":"x","get":null,"other":null,"own":null,"id":null,"first":null,"plain":null}
-- exit 0
