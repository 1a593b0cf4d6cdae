Help on a word that is like no other.
-- args
help zebra
-- stdout
-- stderr
weir: nothing is known about "zebra"; weir help shows what there is
-- exit 1
