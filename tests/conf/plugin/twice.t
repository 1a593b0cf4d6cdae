It has two operators of one name.
-- conf
load_module {{BUILD}}/tests/fixtures/twice.so;
-- stderr
weir.conf:1:13: error: plugin "{{BUILD}}/tests/fixtures/twice.so": operator "same" is there twice
load_module {{BUILD}}/tests/fixtures/twice.so;
            ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
