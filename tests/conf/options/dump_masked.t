-T shows the effective conf, includes in place, secrets masked.
-- conf
# a comment
worker_threads   ${env:N:-2};
error_log ${file:log.txt} info;
include sub/*.conf;
-- file log.txt
very-secret.log
-- file sub/a.conf
load_module    'x y.so' ;
-- args
-T weir.conf
-- stdout
-- stderr
sub/a.conf:1:16: error: cannot load plugin "{{BUILD}}/plugins/modules/x y.so": No such file or directory
load_module    'x y.so' ;
               ^~~~~~
weir: configuration file weir.conf test failed
-- exit 1
