A key without a name is called by its text, and so is the state of an aggregate; a secret in it has no name.
-- conf
state_path state;
pipeline p {
    source values in { row '{"s":"a","t":0}'; format json { s string; t timestamp ms; } event_time t; }
    window w { from in; key s || '${file:pw}'; tumbling 10s; aggregate n = count() filter (where s = '${file:pw}'); }
    sink file out { from w; path out.ndjson; }
}
-- file pw
s3cret
-- args
run weir.conf
-- stdout
-- stderr
-- output out.ndjson
{"s || '***' #{{[0-9a-f]+}}":"as3cret","window_start":"1970-01-01T00:00:00Z","window_end":"1970-01-01T00:00:10Z","n":0}
-- output state/p/manifest.json
{{(?s:(?!.*s3cret).*)}}"name": "count() filter (where s = '***') #{{[0-9a-f]+}}"{{(?s:.*)}}
-- exit 0
