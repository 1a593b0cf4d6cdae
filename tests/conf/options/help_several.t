Each of several words is answered, and a word behind its kind as that.
-- args
help filter.where pipeline.max_parallelism map.set sink file.path abs
-- stdout
in transform filter
  where EXPRESSION;
      The condition under which a row goes on; null does not count as true.
      required

  max_parallelism GROUPS;
      Key groups that keyed state is divided into, for all its life.
      default 128; 1 to 32768

in transform map
  set EXPRESSION, ...;
      Fields and the expressions over the input record that give them.
      may be repeated

in sink file
  path WORD;
      The file to write; %Y %m %d %H %M %S part rows by their event times.
      required

abs(x)  (function)
  The number without its sign.
  abs(-5) = 5
-- stderr
-- exit 0
