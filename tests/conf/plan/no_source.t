A pipeline without a source.
-- conf
pipeline p {
    sink null out { from in; }
}
-- stderr
weir.conf:1:1: error: pipeline "p" has no source
pipeline p {
^~~~~~~~
weir.conf:2:26: error: unknown operator or output "in"
    sink null out { from in; }
                         ^~
weir: configuration file weir.conf test failed
-- exit 1
