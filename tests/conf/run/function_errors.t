What functions find wrong with a row.
-- conf
worker_threads 1;
pipeline p {
    on_error dead_letter bad;
    source values in { row '{"n":9223372036854775807,"s":"x","t":"9999-12-31T23:59:59Z"}'; format json { n int; s string; t timestamp; } }
    map a { from in; set v = cast(json_parse('[' || s) as string); }
    map b { from in; set v = cast(json_get(cast('{}' as json), s) as string); }
    map c { from in; set v = cast(ip_in_cidr('10.0.0.1', s) as string); }
    map d { from in; set v = cast(date_trunc(s, t) as string); }
    map e { from in; set v = cast(regexp_extract(s, 'x', n) as string); }
    map f { from in; set v = cast(parse_time(cast(n as string), '%s') as string); }
    map g { from in; set v = cast(to_json(t + 1d) as string); }
    sink stdout out { from a b c d e f g; }
    map why { from bad; keep operator error; }
    sink stdout err { from why; }
}
-- args
run weir.conf
-- stdout
{"error":"json_parse(): malformed JSON","operator":"a"}
{"error":"json_get(): the path is none","operator":"b"}
{"error":"ip_in_cidr(): the second text is no net","operator":"c"}
{"error":"unknown unit of time","operator":"d"}
{"error":"regexp_extract(): the pattern has no such group","operator":"e"}
{"error":"parse_time(): a time beyond 64 bits","operator":"f"}
{"error":"a time outside the years 1 to 9999","operator":"g"}
-- stderr
-- exit 0
