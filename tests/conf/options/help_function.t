A function.
-- args
help substr
-- stdout
substr(string, from [, count])  (function)
  Characters of a string, the first is 1; to its end without a count.
  substr('hello', 2, 3) = 'ell'
-- stderr
-- exit 0
