Help names all there is.
-- args
help
-- stdout contains
weir -t FILE     tests a conf and shows what it makes
weir run FILE    runs a pipeline of it in the foreground
weir -h          the options of the command line
weir help WORD   about an operator, a directive, a format, a function; also
                 WORD.DIRECTIVE, sink WORD, several words, and functions,
                 aggregates, sources, ...

In a conf
  anywhere
  at the top
  in pipeline NAME { }
  sources: source WORD NAME { }
  transforms: WORD NAME { }
  sinks: sink WORD NAME { }
  formats
  functions
  aggregates
-- stderr
-- exit 0
