What the conf has keeps its state.
-- conf
state_path state;
pipeline p {
    state_drop in;
    source stdin in { format json { a int; } }
    sink null out { from in; }
}
-- stdout
-- stderr
weir.conf:3:16: error: "in" is in the conf, and "state_drop" is for what no longer is; to start it afresh give it another name
    state_drop in;
               ^~
weir: configuration file weir.conf test failed
-- exit 1
