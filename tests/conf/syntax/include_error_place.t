An error in an included file names that file.
-- conf
worker_threads 1;
include sub/a.conf;
-- file sub/a.conf
# a comment
  eror_log stderr;
-- stderr
sub/a.conf:2:3: error: unknown directive "eror_log"; did you mean "error_log"?
  eror_log stderr;
  ^~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
