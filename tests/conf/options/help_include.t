What the parser itself takes.
-- args
help include
-- stdout
anywhere in a conf
  include FILE;
      Puts a file in its place, or all that match a pattern such as conf.d/*.conf, sorted;
      names start from the conf's directory.
-- stderr
-- exit 0
