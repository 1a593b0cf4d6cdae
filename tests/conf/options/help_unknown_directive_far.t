Help on a directive that is like none.
-- args
help pipeline.zebra
-- stdout
-- stderr
weir: "pipeline" has no directive "zebra"; weir help pipeline shows what there is
-- exit 1
