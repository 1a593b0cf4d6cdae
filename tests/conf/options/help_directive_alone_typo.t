And one that is written otherwise.
-- args
help orderby
-- stdout
-- stderr
weir: nothing is known about "orderby"; did you mean "order_by"?
-- exit 1
