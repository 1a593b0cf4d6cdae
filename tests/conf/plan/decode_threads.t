Decoding on several threads, of a format and of a source that cannot.
-- conf
worker_threads 4;
pipeline p {
    source stdin csv { format csv { a int; } decode_threads 2; }
    source generator made { field a int sequence; decode_threads 3; }
    source stdin sound { format json { a int; } decode_threads 2; }
    source stdin serial { format csv { a int; } decode_threads 1; }
    source stdin zero { format json { a int; } decode_threads 0; }
    sink null out { from csv made sound serial zero; }
}
-- stdout
-- stderr
weir.conf:3:46: error: "decode_threads" is 2; format "csv" reads records one after another, so there can be 1 at most
    source stdin csv { format csv { a int; } decode_threads 2; }
                                             ^~~~~~~~~~~~~~
weir.conf:4:51: error: "decode_threads" is 3; source generator "made" has no records to decode, so there can be 1 at most
    source generator made { field a int sequence; decode_threads 3; }
                                                  ^~~~~~~~~~~~~~
weir.conf:7:63: error: "decode_threads" is 0; allowed 1 to 1024
    source stdin zero { format json { a int; } decode_threads 0; }
                                                              ^
weir: configuration file weir.conf test failed
-- exit 1
