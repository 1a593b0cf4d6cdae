" Vim syntax file for the conf of weir.  Made by `weir help --vim`.
" au BufRead,BufNewFile weir.conf,*/weir/*.conf set filetype=weir
if exists("b:current_syntax")
  finish
endif

setlocal iskeyword+=-
syn case match

syn keyword weirBlock aggregate check dedupe file filter flatmap generator key_by map null pipeline
syn keyword weirBlock route sample sink source stdin stdout throttle values window
syn keyword weirDirective aggregate allowed_lateness append buffer burst case count default
syn keyword weirDirective delimiter duplicates_to else_to emit error_log event_time exceed explode
syn keyword weirDirective field follow format from header hopping include interval keep key
syn keyword weirDirective late_to load_module match max_parallelism max_record_size min_pause
syn keyword weirDirective null on_error outer parallelism path plugin_path quote rate remove
syn keyword weirDirective rename roll_size roll_time row seed set skip_empty split state state_path
syn keyword weirDirective time timeout tumbling watermark where within worker_threads
syn keyword weirFunction abs avg bool_and bool_or ceil collect collect_set concat contains count
syn keyword weirFunction count_distinct count_distinct_hll crc32 date_part date_trunc ends_with
syn keyword weirFunction exp first floor format format_time greatest ip_in_cidr is_ipv4 is_ipv6
syn keyword weirFunction json_array json_array_contains json_array_join json_array_length json_element
syn keyword weirFunction json_get json_object json_parse last least length ln log10 lower lpad
syn keyword weirFunction ltrim max max_by md5 median min min_by mod parse_time percentile percentile_exact
syn keyword weirFunction position power regexp_extract regexp_like regexp_replace repeat replace
syn keyword weirFunction reverse round rpad rtrim sha256 sign split split_part sqrt starts_with
syn keyword weirFunction stddev stddev_pop string_agg substr sum to_json to_timestamp trim upper
syn keyword weirFunction url_decode url_host url_path url_query_param var_pop variance xxhash64
syn keyword weirType bool int float timestamp string bytes json
syn keyword weirOperator and or not is null in between like case when then else end as true false

syn match weirNumber /\<\d\+\(\.\d\+\)\=\(ms\|[smhdkgw]\)\=\>/
syn match weirPath /\$\.[A-Za-z0-9_.\[\]]\+/
syn match weirHidden /@[a-z]\+/
syn region weirString start=/"/ skip=/\\./ end=/"/ contains=weirVariable
syn region weirString start=/'/ skip=/\\./ end=/'/ contains=weirVariable
syn match weirVariable /\${\(env\|file\):[^}]*}/
syn match weirComment /#.*$/ contains=@Spell

hi def link weirBlock Structure
hi def link weirDirective Keyword
hi def link weirFunction Function
hi def link weirType Type
hi def link weirOperator Operator
hi def link weirNumber Number
hi def link weirPath Identifier
hi def link weirHidden Identifier
hi def link weirString String
hi def link weirVariable PreProc
hi def link weirComment Comment

let b:current_syntax = "weir"
