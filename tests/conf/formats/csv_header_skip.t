Columns by number, behind a header that is skipped.
-- conf
pipeline p {
    source file in { path *.tsv; format csv { header skip; c string 3; a int 1; delimiter '\t'; quote ''; null NULL; } }
    sink stdout out { from in; format csv { delimiter '|'; null '\N'; } }
}
-- file a.tsv
any	thing	at all
1	x	"q
NULL	x	NULL
-- args
run -q weir.conf
-- stdout
c|a
"""q"|1
\N|\N
