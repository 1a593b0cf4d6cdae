A brace too many.
-- conf
worker_threads 1;
}
-- stderr
weir.conf:2:1: error: unexpected "}"
}
^
weir: configuration file weir.conf test failed
-- exit 1
