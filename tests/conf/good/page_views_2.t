The whole example on two threads: the window runs twice.
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
-- stdout
pipeline "page_views": 6 operators in 4 chains, 5 tasks on 2 loops
  [1] ×1 on loop 0
      source file "clicks"
      ├─▶ filter "humans" ─▶ [2] window "per_page", by page
      └─ rejected ─▶ sink file "bad"
  [2] ×2 on loops 1 1
      window "per_page"
      ├─▶ [3] sink file "out", all rows to one
      └─ late_clicks ─▶ [4] sink file "late", all rows to one
  [3] ×1 on loop 1
      sink file "out"
  [4] ×1 on loop 1
      sink file "late"
  columns
      clicks: user string, page string not null, bot bool, ts timestamp, latency float,
          unused string
      rejected: raw bytes, error string not null, error_code string not null,
          operator string not null, pipeline string not null, source string, partition string,
          offset int, event_time timestamp, attempts int not null
      humans: user string, page string not null, bot bool, ts timestamp, latency float,
          unused string
      per_page: page string not null, window_start timestamp not null,
          window_end timestamp not null, views int not null, slowest float; rows may amend earlier ones
      late_clicks: user string, page string not null, bot bool, ts timestamp, latency float,
          unused string
  delivery
      none: state lives in memory, nothing outlives the process
  memory
      buffers hold at most 30 MiB
-- stderr
weir: the configuration file weir.conf syntax is ok
weir: configuration file weir.conf test is successful
-- exit 0
