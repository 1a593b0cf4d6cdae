-T shows the effective conf, includes in place, secrets masked.
-- conf
# a comment
worker_threads   ${env:N:-2};
error_log ${file:log.txt} info;
include sub/*.conf;
-- file log.txt
very-secret.log
-- file sub/a.conf
plugin_path    'x y' ;
-- args
-T weir.conf
-- stdout
# configuration file weir.conf:
worker_threads 2;
error_log *** info;
# configuration file sub/a.conf:
plugin_path 'x y';
-- stderr
weir: the configuration file weir.conf syntax is ok
weir: configuration file weir.conf test is successful
-- exit 0
