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
      The file to write.
      required
-- stderr
-- exit 0
