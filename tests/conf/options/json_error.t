-t --json gives problems with their places.
-- conf
worker_threads 0;
pipeline p { }
pipeline p { }
-- args
-t --json weir.conf
-- stdout
{
  "conf": "weir.conf",
  "ok": false,
  "pipelines": [],
  "problems": [
    {
      "file": "weir.conf",
      "line": 1,
      "column": 16,
      "severity": "error",
      "message": "\"worker_threads\" is 0; allowed 1 to 256, or auto",
      "notes": []
    },
    {
      "file": "weir.conf",
      "line": 2,
      "column": 1,
      "severity": "error",
      "message": "pipeline \"p\" has no source",
      "notes": []
    },
    {
      "file": "weir.conf",
      "line": 2,
      "column": 1,
      "severity": "error",
      "message": "pipeline \"p\" has no sink",
      "notes": []
    },
    {
      "file": "weir.conf",
      "line": 3,
      "column": 10,
      "severity": "error",
      "message": "duplicate pipeline name \"p\"",
      "notes": [
        {
          "file": "weir.conf",
          "line": 2,
          "column": 10,
          "message": "\"p\" first defined here"
        }
      ]
    }
  ]
}
-- stderr
weir.conf:1:16: error: "worker_threads" is 0; allowed 1 to 256, or auto
worker_threads 0;
               ^
weir.conf:2:1: error: pipeline "p" has no source
pipeline p { }
^~~~~~~~
weir.conf:2:1: error: pipeline "p" has no sink
pipeline p { }
^~~~~~~~
weir.conf:3:10: error: duplicate pipeline name "p"
pipeline p { }
         ^
weir.conf:2:10: note: "p" first defined here
weir: configuration file weir.conf test failed
-- exit 1
