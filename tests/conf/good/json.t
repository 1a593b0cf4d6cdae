The same for programs.
-- conf
worker_threads 2;
pipeline page_views {
    source file clicks {
        path       samples/clicks.ndjson;
        format json {
            user    string;
            page    string not null;
            bot     bool;
            ts      timestamp ms;
            latency float $.timing.total_ms;
            unused  string;
        }
        event_time ts;
        watermark  bounded 5s idle 30s;
        on_error   dead_letter rejected;
    }
    filter humans { from clicks; where not bot and page != '/health'; }
    window per_page {
        from      humans;
        key       page;
        tumbling  10s;
        allowed_lateness 1m;
        late_to   late_clicks;
        aggregate views = count(), slowest = max(latency);
    }
    sink file out  { from per_page;    path out.ndjson; }
    sink file late { from late_clicks; path late.ndjson; }
    sink file bad  { from rejected;    path rejected.ndjson; }
}
-- args
-t --json weir.conf
-- stdout
{
  "conf": "weir.conf",
  "ok": true,
  "pipelines": [
    {
      "name": "page_views",
      "vertices": [
        {
          "name": "clicks",
          "kind": "source",
          "operator": "file",
          "parallelism": 1,
          "chain": 1,
          "loops": [
            0
          ],
          "on_error": "dead_letter",
          "outputs": [
            {
              "name": "clicks",
              "dead_letters": false,
              "amends": false,
              "columns": [
                {
                  "name": "user",
                  "type": "string",
                  "nullable": true,
                  "read": true
                },
                {
                  "name": "page",
                  "type": "string",
                  "nullable": false,
                  "read": true
                },
                {
                  "name": "bot",
                  "type": "bool",
                  "nullable": true,
                  "read": true
                },
                {
                  "name": "ts",
                  "type": "timestamp",
                  "nullable": true,
                  "read": true
                },
                {
                  "name": "latency",
                  "type": "float",
                  "nullable": true,
                  "read": true
                },
                {
                  "name": "unused",
                  "type": "string",
                  "nullable": true,
                  "read": true
                }
              ]
            },
            {
              "name": "rejected",
              "dead_letters": true,
              "amends": false,
              "columns": [
                {
                  "name": "raw",
                  "type": "bytes",
                  "nullable": true,
                  "read": true
                },
                {
                  "name": "error",
                  "type": "string",
                  "nullable": false,
                  "read": true
                },
                {
                  "name": "error_code",
                  "type": "string",
                  "nullable": false,
                  "read": true
                },
                {
                  "name": "operator",
                  "type": "string",
                  "nullable": false,
                  "read": true
                },
                {
                  "name": "pipeline",
                  "type": "string",
                  "nullable": false,
                  "read": true
                },
                {
                  "name": "source",
                  "type": "string",
                  "nullable": true,
                  "read": true
                },
                {
                  "name": "partition",
                  "type": "string",
                  "nullable": true,
                  "read": true
                },
                {
                  "name": "offset",
                  "type": "int",
                  "nullable": true,
                  "read": true
                },
                {
                  "name": "event_time",
                  "type": "timestamp",
                  "nullable": true,
                  "read": true
                },
                {
                  "name": "attempts",
                  "type": "int",
                  "nullable": false,
                  "read": true
                }
              ]
            }
          ],
          "format": "json"
        },
        {
          "name": "humans",
          "kind": "transform",
          "operator": "filter",
          "parallelism": 1,
          "chain": 1,
          "loops": [
            0
          ],
          "on_error": "fail",
          "outputs": [
            {
              "name": "humans",
              "dead_letters": false,
              "amends": false,
              "columns": [
                {
                  "name": "user",
                  "type": "string",
                  "nullable": true,
                  "read": true
                },
                {
                  "name": "page",
                  "type": "string",
                  "nullable": false,
                  "read": true
                },
                {
                  "name": "bot",
                  "type": "bool",
                  "nullable": true,
                  "read": true
                },
                {
                  "name": "ts",
                  "type": "timestamp",
                  "nullable": true,
                  "read": true
                },
                {
                  "name": "latency",
                  "type": "float",
                  "nullable": true,
                  "read": true
                },
                {
                  "name": "unused",
                  "type": "string",
                  "nullable": true,
                  "read": true
                }
              ]
            }
          ]
        },
        {
          "name": "bad",
          "kind": "sink",
          "operator": "file",
          "parallelism": 1,
          "chain": 1,
          "loops": [
            0
          ],
          "on_error": "fail",
          "outputs": [],
          "format": "json"
        },
        {
          "name": "per_page",
          "kind": "transform",
          "operator": "window",
          "parallelism": 2,
          "chain": 2,
          "loops": [
            1,
            1
          ],
          "on_error": "fail",
          "outputs": [
            {
              "name": "per_page",
              "dead_letters": false,
              "amends": true,
              "columns": [
                {
                  "name": "page",
                  "type": "string",
                  "nullable": false,
                  "read": true
                },
                {
                  "name": "window_start",
                  "type": "timestamp",
                  "nullable": false,
                  "read": true
                },
                {
                  "name": "window_end",
                  "type": "timestamp",
                  "nullable": false,
                  "read": true
                },
                {
                  "name": "views",
                  "type": "int",
                  "nullable": false,
                  "read": true
                },
                {
                  "name": "slowest",
                  "type": "float",
                  "nullable": true,
                  "read": true
                }
              ]
            },
            {
              "name": "late_clicks",
              "dead_letters": false,
              "amends": false,
              "columns": [
                {
                  "name": "user",
                  "type": "string",
                  "nullable": true,
                  "read": true
                },
                {
                  "name": "page",
                  "type": "string",
                  "nullable": false,
                  "read": true
                },
                {
                  "name": "bot",
                  "type": "bool",
                  "nullable": true,
                  "read": true
                },
                {
                  "name": "ts",
                  "type": "timestamp",
                  "nullable": true,
                  "read": true
                },
                {
                  "name": "latency",
                  "type": "float",
                  "nullable": true,
                  "read": true
                },
                {
                  "name": "unused",
                  "type": "string",
                  "nullable": true,
                  "read": true
                }
              ]
            }
          ]
        },
        {
          "name": "out",
          "kind": "sink",
          "operator": "file",
          "parallelism": 1,
          "chain": 3,
          "loops": [
            1
          ],
          "on_error": "fail",
          "outputs": [],
          "format": "json"
        },
        {
          "name": "late",
          "kind": "sink",
          "operator": "file",
          "parallelism": 1,
          "chain": 4,
          "loops": [
            1
          ],
          "on_error": "fail",
          "outputs": [],
          "format": "json"
        }
      ],
      "edges": [
        {
          "from": "clicks",
          "output": "clicks",
          "to": "humans",
          "input": 0,
          "how": "forward",
          "keys": [],
          "chained": true
        },
        {
          "from": "humans",
          "output": "humans",
          "to": "per_page",
          "input": 0,
          "how": "keyed",
          "keys": [
            "page"
          ],
          "chained": false
        },
        {
          "from": "per_page",
          "output": "per_page",
          "to": "out",
          "input": 0,
          "how": "single",
          "keys": [],
          "chained": false
        },
        {
          "from": "per_page",
          "output": "late_clicks",
          "to": "late",
          "input": 0,
          "how": "single",
          "keys": [],
          "chained": false
        },
        {
          "from": "clicks",
          "output": "rejected",
          "to": "bad",
          "input": 0,
          "how": "single",
          "keys": [],
          "chained": true
        }
      ],
      "sources": [
        "clicks"
      ],
      "sinks": [
        "bad",
        "out",
        "late"
      ],
      "total_parallelism": 7,
      "chains": 4,
      "loops": 2,
      "guarantee": {
        "delivery": "none",
        "why": "state lives in memory, nothing outlives the process"
      },
      "buffer_bytes": 31195136,
      "state": {
        "kind": "memory",
        "directory": null,
        "checkpoint": false,
        "unknown": null,
        "verdicts": []
      },
      "notes": []
    }
  ],
  "problems": []
}
-- stderr
weir: the configuration file weir.conf syntax is ok
weir: configuration file weir.conf test is successful
-- exit 0
