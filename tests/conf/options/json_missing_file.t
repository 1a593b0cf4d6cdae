-t --json of a conf that is not there.
-- args
-t --json nothing.conf
-- stdout
{
  "conf": "nothing.conf",
  "ok": false,
  "pipelines": [],
  "problems": [
    {
      "severity": "error",
      "message": "open() \"nothing.conf\" failed (2: No such file or directory)",
      "notes": []
    }
  ]
}
-- stderr
weir: error: open() "nothing.conf" failed (2: No such file or directory)
weir: configuration file nothing.conf test failed
-- exit 1
