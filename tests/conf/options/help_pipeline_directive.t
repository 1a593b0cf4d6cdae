Help on a directive of pipelines.
-- args
help pipeline.state
-- stdout
  state memory|leveldb;
      Where state lives: in a LevelDB below state_path, which is the default where there is
      one, or in memory, where nothing outlives the process.
-- stderr
-- exit 0
