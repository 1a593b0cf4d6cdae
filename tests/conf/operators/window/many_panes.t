A window of too many pieces.
-- conf
pipeline p {
    source stdin in { format json { n int; } }
    window w { from in; hopping 1d 86399999ms; aggregate n = count(); }
    sink null out { from w; }
}
-- stderr
weir.conf:3:12: error: size and slide of "hopping" have so small a common divisor that a window is made of more than 65536 panes
    window w { from in; hopping 1d 86399999ms; aggregate n = count(); }
           ^
weir: configuration file weir.conf test failed
-- exit 1
