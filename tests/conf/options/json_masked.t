Secrets are not in the JSON either.
-- conf
worker_threads ${file:n.txt};
-- file n.txt
hunter2hunter2
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
      "message": "\"worker_threads\" is \"***\"; write a number or auto",
      "notes": []
    }
  ]
}
-- stderr
weir.conf:1:16: error: "worker_threads" is "***"; write a number or auto
worker_threads ${file:n.txt};
               ^~~~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
