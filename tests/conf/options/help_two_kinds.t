Source and sink of one name are both shown.
-- args
help file.path
-- stdout
in source file
  path WORD ...;
      Files to read, or patterns such as logs/*.ndjson.
      required; may be repeated

in sink file
  path WORD;
      The file to write; %Y %m %d %H %M %S part rows by their event times.
      required
-- stderr
-- exit 0
