A pattern that is none is refused where it stands.
-- conf
pipeline p {
    source stdin in { format json { s string; } }
    filter f { from in; where s ~ 'a(b' or regexp_extract(s, '(x)', 2) = 'y'; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:31: error: regexp_like(string, pattern): the pattern is wrong at letter 4: missing closing parenthesis
    filter f { from in; where s ~ 'a(b' or regexp_extract(s, '(x)', 2) = 'y'; }
                              ^~~~~~~~~
weir.conf:3:44: error: regexp_extract(string, pattern [, group]): the pattern has no group 2, but 1
    filter f { from in; where s ~ 'a(b' or regexp_extract(s, '(x)', 2) = 'y'; }
                                           ^~~~~~~~~~~~~~~~~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
