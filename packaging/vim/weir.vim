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
syn keyword weirDirective delimiter duplicates_to else_to emit error_log event_time exceed field
syn keyword weirDirective follow format from header hopping include interval keep key late_to
syn keyword weirDirective load_module match max_parallelism max_record_size min_pause null on_error
syn keyword weirDirective parallelism path plugin_path quote rate remove rename roll_size roll_time
syn keyword weirDirective row seed set skip_empty split state state_path time timeout tumbling
syn keyword weirDirective watermark where within worker_threads
syn keyword weirFunction abs avg bool_and bool_or ceil collect collect_set concat contains count
syn keyword weirFunction count_distinct count_distinct_hll crc32 date_part date_trunc ends_with
syn keyword weirFunction exp first floor format format_time greatest ip_in_cidr is_ipv4 is_ipv6
syn keyword weirFunction json_array_length json_element json_get json_parse last least length
syn keyword weirFunction ln log10 lower lpad ltrim max max_by md5 median min min_by mod parse_time
syn keyword weirFunction percentile percentile_exact position power regexp_extract regexp_like
syn keyword weirFunction regexp_replace repeat replace reverse round rpad rtrim sha256 sign
syn keyword weirFunction split_part sqrt starts_with stddev stddev_pop string_agg substr sum
syn keyword weirFunction to_json to_timestamp trim upper url_decode url_host url_path url_query_param
syn keyword weirFunction var_pop variance xxhash64
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
