What is missing in the rules of a generator is named.
-- conf
pipeline p {
    source generator in {
        field  a timestamp;
        field  b timestamp 2015-07-15T00:00:00Z;
        field  c timestamp 2015-07-15T00:00:00Z 10ms disorder;
        field  d bool;
        field  e int sequence null;
        field  f float normal x 1;
        field  g float normal 1 -1;
        field  h bool sequence;
    }
    sink null out { from in; }
}
-- stderr
weir.conf:3:26: error: field "a" lacks START, such as 2015-07-15T00:00:00Z
        field  a timestamp;
                         ^
weir.conf:4:47: error: field "b" lacks STEP, such as 10ms
        field  b timestamp 2015-07-15T00:00:00Z;
                                              ^
weir.conf:5:61: error: field "c" lacks how much disorder, such as 2s
        field  c timestamp 2015-07-15T00:00:00Z 10ms disorder;
                                                            ^
weir.conf:6:21: error: field "d" lacks the probability of true
        field  d bool;
                    ^
weir.conf:7:34: error: field "e" lacks the probability of null
        field  e int sequence null;
                                 ^
weir.conf:8:31: error: MEAN is a number, not "x"
        field  f float normal x 1;
                              ^
weir.conf:9:31: error: STDDEV is below 0
        field  g float normal 1 -1;
                              ^
weir.conf:10:23: error: the probability of true is a number, not "sequence"
        field  h bool sequence;
                      ^~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
