The whole example on one thread: what is chained, and what is not.
-- conf
worker_threads 1;
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
pipeline "page_views": 6 operators in 1 chain, 1 task on 1 loop
  [1] ×1 on loop 0
      source file "clicks"
      ├─▶ filter "humans" ─▶ window "per_page"
      │   ├─▶ sink file "out"
      │   └─ late_clicks ─▶ sink file "late"
      └─ rejected ─▶ sink file "bad"
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
      no buffers: there is one chain
-- stderr
weir: the configuration file weir.conf syntax is ok
weir: configuration file weir.conf test is successful
-- exit 0
