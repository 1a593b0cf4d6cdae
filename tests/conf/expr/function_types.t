Functions say what they take, and how to make it.
-- conf
pipeline p {
    source stdin in { format json { n int; f float; s string; y bytes; t timestamp; } }
    map m {
        from in;
        set a = json_array_length(s), b = format('%s', t), c = format('%f', s), d = to_json(y),
            e = to_timestamp(n, s), f2 = format_time(t, '%Y%'), g = format('%d', f);
    }
    sink null out { from m; }
}
-- stderr
weir.conf:5:17: error: json_array_length(json): argument 1 must be json, not string; write cast(x as json)
        set a = json_array_length(s), b = format('%s', t), c = format('%f', s), d = to_json(y),
                ^~~~~~~~~~~~~~~~~~~~
weir.conf:5:43: error: format(format, x, ...): %s takes no timestamp and no bytes; cast it to string
        set a = json_array_length(s), b = format('%s', t), c = format('%f', s), d = to_json(y),
                                          ^~~~~~~~~~~~~~~
weir.conf:5:64: error: format(format, x, ...): %f, %e and %g take float and int
        set a = json_array_length(s), b = format('%s', t), c = format('%f', s), d = to_json(y),
                                                               ^~~~~~~~~~~~~~~
weir.conf:5:85: error: to_json(x): takes no bytes; write cast(x as string)
        set a = json_array_length(s), b = format('%s', t), c = format('%f', s), d = to_json(y),
                                                                                    ^~~~~~~~~~
weir.conf:6:17: error: to_timestamp(n, unit): the unit must be a constant: 's', 'ms', 'us', 'ns'
            e = to_timestamp(n, s), f2 = format_time(t, '%Y%'), g = format('%d', f);
                ^~~~~~~~~~~~~~~~~~
weir.conf:6:42: error: format_time(timestamp, pattern [, zone]): the pattern ends in a %
            e = to_timestamp(n, s), f2 = format_time(t, '%Y%'), g = format('%d', f);
                                         ^~~~~~~~~~~~~~~~~~~~~
weir.conf:6:69: error: format(format, x, ...): %d and %x take int
            e = to_timestamp(n, s), f2 = format_time(t, '%Y%'), g = format('%d', f);
                                                                    ^~~~~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
