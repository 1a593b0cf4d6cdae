Control characters reach no terminal.
-- conf
"\t[31mred" 1;
-- stderr
weir.conf:1:4: error: unexpected byte 0x1b
"\t\x1b[31mred" 1;
   ^~~~
weir: configuration file weir.conf test failed
-- exit 1
