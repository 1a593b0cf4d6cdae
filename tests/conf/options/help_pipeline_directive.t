Help on a directive of pipelines.
-- args
help pipeline.state
-- stdout
  state memory;
      Where state lives; in memory nothing outlives the process.
      default memory
-- stderr
-- exit 0
