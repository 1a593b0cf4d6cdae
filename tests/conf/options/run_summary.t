--summary knows one form.
-- args
run --summary xml weir.conf
-- stderr
weir: option "--summary" is "xml"; choose one of: json
-- exit 2
