A directive without the operator whose it is: all that have one.
-- args
help tumbling
-- stdout
in transform top
  tumbling DURATION;
      Windows of this length, each with its own first rows, which go out when the watermark
      has passed it.
      at least 1ms

in transform window
  tumbling SIZE;
      Windows of this length, one after the other.
      at least 1ms
-- stderr
-- exit 0
