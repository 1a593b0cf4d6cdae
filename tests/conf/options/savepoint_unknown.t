A verb that savepoints do not know.
-- args
savepoint delete a b
-- stderr
weir: "savepoint delete" is unknown; choose one of: create, inspect, restore
-- exit 2
