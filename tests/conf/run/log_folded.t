Lines of the log that say the same are one, and how often they came.
-- conf
load_module "{{BUILD}}/tests/fixtures/talk.so";
error_log stderr info;
worker_threads 1;
pipeline p {
    source values in { row "once"; row "again"; row "again"; row "again"; row "twice"; row "twice"; format line; }
    talk t { from in; }
    sink null out { from t; }
}
-- args
run weir.conf
-- stderr
{{[0-9/]+ [0-9:]+}} [notice] {{[0-9]+}}#0: pipeline "p" talk "t": once
{{[0-9/]+ [0-9:]+}} [notice] {{[0-9]+}}#0: pipeline "p" talk "t": again
{{[0-9/]+ [0-9:]+}} [notice] {{[0-9]+}}#0: pipeline "p" talk "t": last message repeated 2 times
{{[0-9/]+ [0-9:]+}} [notice] {{[0-9]+}}#0: pipeline "p" talk "t": twice
{{[0-9/]+ [0-9:]+}} [notice] {{[0-9]+}}#0: pipeline "p" talk "t": last message repeated 1 time
-- exit 0
