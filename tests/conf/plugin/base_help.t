Help on a filter: its own directives and the host's.
-- args
help filter
-- stdout
filter NAME { ... }
  Lets rows go on that meet a condition.

  where EXPRESSION;
      The condition under which a row goes on; null does not count as true.
      required
  else_to NAME;
      Name of an output for all other rows.

  Every transform also takes:
  from NAME ...;
      Whose rows it reads; several names are a union.
      required
  parallelism SUBTASKS;
      Subtasks; by default as many as its input has, and if it is keyed the pipeline's.
      1 to 1024
  buffer BATCHES [BYTES];
      Batches, and bytes, that may wait in each ring before it; the pipeline's by default.
      1 to 65536; at least 4k
  on_error fail|drop|dead_letter [NAME];
      What becomes of rows it refuses; as in the pipeline by default.
-- stderr
-- exit 0
