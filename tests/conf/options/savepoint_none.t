What is to be done with savepoints?
-- args
savepoint
-- stderr
weir: savepoint needs one of: create, inspect, restore
-- exit 2
