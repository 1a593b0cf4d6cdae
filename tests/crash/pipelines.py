# SPDX-License-Identifier: Apache-2.0
"""What is killed: pipelines, each by its name, that together have every operator and every way to keep something.  Their inputs
are in.ndjson and second.ndjson, also compressed.  Outputs whose names begin with `amended` have rows that amend
earlier ones, how many is chance: the last one of each key counts.  Those that begin with `rolled` are several files."""

FORMAT = "format json { user string; seq int; ts timestamp ms; amount int; }"
SOURCE = "event_time ts; watermark bounded 2s;"
PIPELINES = {
    "window": """
        source file in { path in.ndjson; %(format)s %(source)s }
        filter f { from in; where amount %% 10 != 0; }
        window w { from f; key user; tumbling 10s; aggregate n = count(), s = sum(amount), hi = max(seq); }
        sink file out { from w; path out.ndjson; }
    """,
    "hopping": """
        source file in { path in.ndjson; %(format)s %(source)s }
        window w { from in; key user; hopping 10s 2s; aggregate n = count(), a = avg(amount); }
        sink file out { from w; path out.ndjson; }
    """,
    "pass": """
        source file in { path in.ndjson; %(format)s %(source)s }
        map m { from in; set double = amount * 2; }
        sink file out { from m; path out.ndjson; }
        sink file odd { from o; path odd.ndjson; }
        filter o { from in; where amount %% 2 = 1; }
    """,
    # Its keys do not fit into memory: they go to disk and come back.
    "memory": """
        memory_limit 38m; buffer 2 64k;
        source file in { path in.ndjson; %(format)s %(source)s }
        source file b { path second.ndjson; %(format)s %(source)s }
        aggregate a { from in b; key user, seq, amount; emit end; aggregate n = count(), s = sum(amount), hi = max(ts), lo = min(ts); }
        sink file out { from a; path out.ndjson; }
    """,
    # The same of windows and sessions: by namespace, and with several namespaces of a key.
    "memory_windows": """
        memory_limit 36m; buffer 2 64k;
        source file in { path in.ndjson; %(format)s %(source)s }
        source file b { path second.ndjson; %(format)s %(source)s }
        window w { from in b; key user, seq; tumbling 2h; aggregate n = count(), s = sum(amount), hi = max(ts), lo = min(ts), kinds = count_distinct(amount); }
        window v { from in b; key user, amount; session 2h; aggregate n = count(), s = sum(seq), lo = min(ts); }
        sink file out { from w; path out.ndjson; }
        sink file visits { from v; path visits.ndjson; }
    """,
    "union": """
        source file a { path in.ndjson; %(format)s %(source)s }
        source file b { path second.ndjson; %(format)s %(source)s }
        window w { from a b; key user; tumbling 5s; aggregate n = count(), s = sum(amount); }
        sink file out { from w; path out.ndjson; }
    """,
    "aggregate": """
        source file in { path in.ndjson; %(format)s %(source)s }
        map m { from in; set third = amount %% 3; }
        aggregate a { from m; key user, third; emit end; aggregate n = count(), s = sum(amount), hi = max(seq); }
        aggregate sums { from m; emit end; aggregate n = count(), s = sum(amount), lo = min(amount); }
        sink file out { from a; path out.ndjson; }
        sink file total { from sums; path total.ndjson; }
    """,
    "dedupe": """
        source file in { path in.ndjson; %(format)s %(source)s }
        dedupe near { from in; key user; within 1500ms; duplicates_to again; }
        dedupe ever { from in; key user, amount; }
        dedupe newest { from in; key user; keep last; emit end; }
        sink file last { from newest; path last.ndjson; }
        sink file out { from near; path out.ndjson; }
        sink file twice { from again; path twice.ndjson; }
        sink file once { from ever; path once.ndjson; }
    """,
    # Its table forgets: a bucket that is full again goes.
    "throttle": """
        source file in { path in.ndjson; %(format)s %(source)s }
        throttle t { from in; key user; rate 2/700ms; exceed to above; }
        sink file out { from t; path out.ndjson; }
        sink file more { from above; path more.ndjson; }
    """,
    # The watermark begins at the map, and late rows tell whether it went back.
    "own_time": """
        source file in { path in.ndjson; %(format)s }
        map m { from in; set_event_time ts - 1500ms * (seq %% 2); watermark bounded 1s; parallelism 1; }
        window w { from m; key user; tumbling 3s; late_to late; aggregate n = count(), s = sum(amount); }
        sink file out { from w; path out.ndjson; }
        sink file behind { from late; path behind.ndjson; }
    """,
    # A sink decides the epochs; the other one shows what was decided.
    "decider": """
        source file in { path in.ndjson; %(format)s %(source)s }
        source file b { path second.ndjson; %(format)s %(source)s }
        window w { from in b; key user; tumbling 5s; aggregate n = count(), s = sum(amount); }
        sink ledger out { from w; path out.ndjson; }
        sink file odd { from o; path odd.ndjson; }
        filter o { from in; where amount %% 2 = 1; }
    """,
    # Rows are numbered for each subtask, and which it gets is chance: without a key the parallelism is fixed.
    "sample": """
        source file in { path in.ndjson; %(format)s %(source)s }
        sample some { from in; rate 1/7; parallelism 1; }
        sample users { from in; rate 1/3; key user; }
        sink file out { from some; path out.ndjson; }
        sink file whole { from users; path whole.ndjson; }
    """,
    # Private state of a plugin that was loaded, and before and behind it of others.
    "keeper": """
        source file in { path in.ndjson; %(format)s %(source)s }
        sample some { from in; rate 1/3; parallelism 1; }
        keeper k { from some; parallelism 1; }
        sample users { from k; rate 1/2; key user; }
        sink file out { from k; path out.ndjson; }
        sink file whole { from users; path whole.ndjson; }
    """,
    "route": """
        source file in { path in.ndjson; %(format)s %(source)s }
        route r { from in; case high amount >= 700; case odd amount %% 2 = 1; default rest; }
        sink file out { from high; path out.ndjson; }
        sink file low { from odd rest; path low.ndjson; }
    """,
    # Files that appear when the epoch of their last row is decided; which rows share a file is chance.
    "rolled": """
        source file in { path in.ndjson; %(format)s %(source)s }
        filter f { from in; where amount %% 10 != 0; }
        sink file out { from f; path rolled.ndjson; roll_size 20k; }
        sink file packed { from f; path rolled_packed.ndjson.gz; roll_size 5k; }
    """,
    "top": """
        source file in { path in.ndjson; %(format)s %(source)s }
        top best { from in; key user; order_by amount desc, seq; limit 3; rank place; emit end; }
        top peaks { from in; tumbling 10s; order_by amount desc, user, seq; limit 4; }
        sink file out { from best; path out.ndjson; }
        sink file high { from peaks; path high.ndjson; }
    """,
    "session": """
        source file in { path in.ndjson; %(format)s %(source)s }
        window w { from in; key user; session 400ms; aggregate n = count(), s = sum(amount), users = count_distinct(amount); }
        window grow { from in; key user; cumulate 10s 2s; aggregate n = count(), hi = max(amount); }
        sink file out { from w; path out.ndjson; }
        sink file steps { from grow; path steps.ndjson; }
    """,
    # Windows of so many rows: which rows share one is up to their order, and that is the file's.
    "counted": """
        source file in { path in.ndjson; %(format)s %(source)s }
        window w { from in; key user; count 7; slide 3; aggregate n = count(), s = sum(amount), last = max(seq); }
        window fifty { from in; key user; global; trigger count 50; accumulation_mode discarding;
                     aggregate n = count(), s = sum(amount), last = max(seq); }
        sink file out { from w; path out.ndjson; }
        sink file fifties { from fifty; path fifties.ndjson; }
    """,
    "generator": """
        source generator in {
            count 150000; seed 7;
            field user string zipf 500 1; field ts timestamp '2026-01-01T00:00:00Z' 10ms; field amount int uniform 0 1000;
            event_time ts;
        }
        window w { from in; key user; tumbling 10s; aggregate n = count(), s = sum(amount), lo = min(amount); }
        sink file out { from w; path out.ndjson; }
    """,
    # It does not end by itself: when all is there it is told to.
    "follow": """
        source file in { path in.ndjson; %(follow)s %(format)s %(source)s }
        map m { from in; set double = amount * 2; }
        dedupe once { from in; key user, seq; }
        sink file out { from m; path out.ndjson; }
        sink file keys { from once; path keys.ndjson; }
    """,
    # Windows that go out early, sessions that are cut, and windows of rows.
    "triggers": """
        source file in { path in.ndjson; %(format)s %(source)s }
        window s { from in; key user; session 1s; max_duration 8s; aggregate n = count(), s = sum(amount); }
        window t { from in; key user; tumbling 10s; trigger count 3; aggregate n = count(), s = sum(amount); }
        window d { from in; key user; hopping 10s 5s; trigger every 2s; accumulation_mode discarding; aggregate n = count(); }
        window u { from d; key user; tumbling 5s; aggregate parts = sum(n); }
        window c { from in; key user; count 5; slide 2; aggregate n = count(), s = sum(amount); }
        window h { from in; key user; hopping 10s 500ms; aggregate n = count(), s = sum(amount); }
        sink file out { from s; path out.ndjson; }
        sink file early { from t; path early.ndjson; }
        sink file parts { from u; path parts.ndjson; }
        sink file five { from c; path five.ndjson; }
        sink file fine { from h; path fine.ndjson; }
    """,
    # Rows that amend earlier ones: as results change, as rows are late, as the clock says; and keys that are forgotten.
    "running": """
        source file in { path in.ndjson; %(format)s event_time ts; watermark bounded 300ms; }
        aggregate a { from in; key user; ttl 3s; aggregate life = min(seq), n = count(), s = sum(amount); }
        top t { from in; key user; order_by amount desc, seq; limit 3; rank place; }
        dedupe d { from in; key user; keep last; }
        window w { from in; key user; tumbling 5s; allowed_lateness 1m; aggregate n = count(), s = sum(amount); }
        window c { from in; key user; tumbling 20s; trigger every 3ms processing; allowed_lateness 1m; aggregate n = count(); }
        sink file amended_a { from a; path amended_a.ndjson; }
        sink file amended_t { from t; path amended_t.ndjson; }
        sink file amended_d { from d; path amended_d.ndjson; }
        sink file amended_w { from w; path amended_w.ndjson; }
        sink file amended_c { from c; path amended_c.ndjson; }
    """,
    # Windows of rows whose keys are forgotten.
    "ttl": """
        source file in { path in.ndjson; %(format)s %(source)s }
        window w { from in; key user; count 5; slide 2; ttl 4s; aggregate n = count(), s = sum(amount), last = max(seq); }
        window g { from in; key user; global; trigger count 3; accumulation_mode discarding; ttl 4s; aggregate s = sum(amount), last = max(seq); }
        sink file out { from w; path out.ndjson; }
        sink file groups { from g; path groups.ndjson; }
    """,
    # Compressed files in and out; of the second one a member after the other.  Several threads decode.
    "packed": """
        source file in { path in.ndjson.gz; decode_threads 4; %(format)s %(source)s }
        source file b { path second.ndjson.zst; decode_threads 4; %(format)s %(source)s }
        window w { from in b; key user; tumbling 5s; aggregate n = count(), s = sum(amount); }
        filter f { from in; where amount %% 3 != 0; }
        sink file out { from f; path out.ndjson; }
        sink file packed { from w; path packed.ndjson.gz; }
    """,
    # The same of plain files, the partitions of one source.
    "decoded": """
        source file in { path in.ndjson second.ndjson; decode_threads 4; %(format)s %(source)s }
        window w { from in; key user; tumbling 5s; aggregate n = count(), s = sum(amount), d = count_distinct(amount); }
        sink file out { from w; path out.ndjson; }
    """,
    # Sources that make their rows, and a sink that keeps a sum of them.
    "made": """
        source nexmark bids { count 60000; events bid; event_time ts; watermark monotonic; }
        source values few { format json { tags string; } row '{"tags":"a,b,c"}'; row '{"tags":"d"}'; }
        flatmap each { from few; split tags ',' as tag; }
        top best { from bids; key auction; order_by price desc, bidder, ts; limit 2; emit end; }
        sink file out { from best; path out.ndjson; }
        sink file tags { from each; path tags.ndjson; }
        sink check sum { from bids; }
    """,
    "chain": """
        source file in { path in.ndjson; %(format)s %(source)s }
        key_by k { from in; key user; parallelism %(width)d; }
        map m { from k; set half = amount / 2; }
        filter f { from m; where amount %% 10 != 0; }
        sink file out { from f; path out.ndjson; }
    """,
}
LOADED = {"decider": "decider", "keeper": "keeper_1"}
# Those in which the rows of a user come out in their order, in out.ndjson.
ORDERED = ("chain", "follow", "packed", "pass", "route")
# What amended rows are known by, as far as they have it.
AMENDED_BY = ("user", "place", "life", "window_start")
# They need a broker, or take nothing back; they have tests of their own.
ELSEWHERE = {"kafka", "stdin", "stdout", "null"}
# What was shown or decided since a savepoint is not taken back by it.
NOT_BACK = ("decider", "rolled")
