count_char of texts that are longer than a byte can count.
-- conf
worker_threads 1;
pipeline p {
    source values in {
        row '{"n":0}'; row '{"n":1}'; row '{"n":5}'; row '{"n":6}'; row '{"n":255}'; row '{"n":256}'; row '{"n":700}'; row '{}';
        format json { n int; }
    }
    map out { from in; set c = count_char(repeat('c', n), 'c'), half = count_char(repeat('cC', n), 'C'),
                           none = count_char(repeat('bd', n), 'c'), case_ = if(n > 5, count_char(repeat('ac', n), 'a')); }
    sink stdout s { from out; }
}
-- args
run weir.conf
-- stdout
{"n":0,"c":0,"half":0,"none":0,"case_":null}
{"n":1,"c":1,"half":1,"none":0,"case_":null}
{"n":5,"c":5,"half":5,"none":0,"case_":null}
{"n":6,"c":6,"half":6,"none":0,"case_":6}
{"n":255,"c":255,"half":255,"none":0,"case_":255}
{"n":256,"c":256,"half":256,"none":0,"case_":256}
{"n":700,"c":700,"half":700,"none":0,"case_":700}
{"n":null,"c":null,"half":null,"none":null,"case_":null}
-- stderr
-- exit 0
