One of several words is not known: the others are answered.
-- args
help filter.where nothing_such mapp.set map.set
-- stdout
in transform filter
  where EXPRESSION;
      The condition under which a row goes on; null does not count as true.
      required

in transform map
  set EXPRESSION, ...;
      Fields and the expressions over the input record that give them.
      may be repeated
-- stderr
weir: nothing is known about "nothing_such"; weir help shows what there is
weir: nothing is known about "mapp"; did you mean "map"?
-- exit 1
