A word of the language is known to help as well as a function of a plugin.
-- args
help function like
-- stdout
string [not] like pattern [escape letter]  (expression)
  Whether all of a string has the form of a pattern: % is any text, _ one character, unless
  the letter stands before them.
  'weir.conf' like '%.con_' = true
-- stderr
-- exit 0
