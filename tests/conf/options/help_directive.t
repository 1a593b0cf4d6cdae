A directive of an operator.
-- args
help window.allowed_lateness
-- stdout
in transform window
  allowed_lateness DURATION;
      How long after its end a window still takes rows; it then fires again.
      default 0s
-- stderr
-- exit 0
