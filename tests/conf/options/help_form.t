A form of the language that looks like a function.
-- args
help cast
-- stdout
cast(x as type)  (expression)
  The value as bool, int, float, timestamp, string, bytes or json; a value that does not go
  is an error of the row.
  cast('42' as int) = 42
-- stderr
-- exit 0
