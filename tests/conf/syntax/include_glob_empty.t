A glob that matches nothing is fine.
-- conf
include conf.d/*.conf;
-- args
-t -q weir.conf
-- stderr
-- exit 0
