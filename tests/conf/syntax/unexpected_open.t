A block without a name.
-- conf
{
    worker_threads 1;
}
-- stderr
weir.conf:1:1: error: unexpected "{"
{
^
weir: configuration file weir.conf test failed
-- exit 1
