Every mistake in the rules of a generator is told, each at its place.
-- conf
pipeline p {
    source generator in {
        rate   5;
        field  a int;
        field  b;
        field  c integer uniform 1 2;
        field  d int unifrom 1 2;
        field  e int uniform 5 2;
        field  f string normal 1 2;
        field  g timestamp 2015 1s;
        field  h timestamp 2015-07-15T00:00:00Z 10;
        field  i bool 2;
        field  j int choice 1 x;
        field  k int sequence 1 2 3;
        field  l int zipf 0 1;
        field  m string text 99999;
        field  n int uniform 1 99999999999999999999;
        field  o timestamp 2015-07-15T00:00:00Z 10ms late 3s;
        field  p string choice;
        field  q int sequence null 2;
    }
    sink null out { from in; }
}
-- stderr
weir.conf:3:16: error: "rate" is "5"; write rows a second, minute or hour, such as 1000/s or 5/m
        rate   5;
               ^
weir.conf:4:20: error: field "a" lacks a rule
        field  a int;
                   ^
weir.conf:5:16: error: field "b" lacks a type
        field  b;
               ^
weir.conf:6:18: error: unknown type "integer" of field "c"; choose one of: bool, int, float, timestamp, string
        field  c integer uniform 1 2;
                 ^~~~~~~
weir.conf:7:22: error: unknown rule "unifrom"; choose one of: sequence, uniform, normal, zipf, choice, text
        field  d int unifrom 1 2;
                     ^~~~~~~
weir.conf:8:30: error: LO is above HI
        field  e int uniform 5 2;
                             ^
weir.conf:9:25: error: rule "normal" is not for this type
        field  f string normal 1 2;
                        ^~~~~~
weir.conf:10:28: error: "2015" is not a timestamp such as 2015-07-15T00:00:00Z
        field  g timestamp 2015 1s;
                           ^~~~
weir.conf:11:49: error: "10" is not a duration; write such as 10ms, 5s or 1h
        field  h timestamp 2015-07-15T00:00:00Z 10;
                                                ^~
weir.conf:12:23: error: a probability is 0 to 1
        field  i bool 2;
                      ^
weir.conf:13:31: error: "x" is not an int
        field  j int choice 1 x;
                              ^
weir.conf:14:35: error: unexpected "3"
        field  k int sequence 1 2 3;
                                  ^
weir.conf:15:27: error: zipf takes N from 1 to 1000000000000 and S above 0, up to 20
        field  l int zipf 0 1;
                          ^
weir.conf:16:30: error: text takes a length of 0 to 4096
        field  m string text 99999;
                             ^~~~~
weir.conf:17:32: error: HI is an int, not "99999999999999999999"
        field  n int uniform 1 99999999999999999999;
                               ^~~~~~~~~~~~~~~~~~~~
weir.conf:18:54: error: unexpected "late"; here may stand: disorder, null
        field  o timestamp 2015-07-15T00:00:00Z 10ms late 3s;
                                                     ^~~~
weir.conf:19:30: error: choice has nothing to choose from
        field  p string choice;
                             ^
weir.conf:20:36: error: a probability is 0 to 1
        field  q int sequence null 2;
                                   ^
weir: configuration file weir.conf test failed
-- exit 1
