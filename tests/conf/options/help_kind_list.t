A kind without a name lists what there is of it.
-- args
help transform
-- stdout contains
  filter
      Lets rows go on that meet a condition.
-- exit 0
