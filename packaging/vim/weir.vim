" Vim syntax file for the conf of weir.  Made by `weir help --vim`.
" au BufRead,BufNewFile weir.conf,*/weir/*.conf set filetype=weir
if exists("b:current_syntax")
  finish
endif

setlocal iskeyword+=-
syn case match

syn keyword weirBlock aggregate check dedupe file filter flatmap generator kafka key_by map
syn keyword weirBlock nexmark null pipeline route sample sink source stdin stdout throttle top
syn keyword weirBlock values window
syn keyword weirDirective accumulation_mode aggregate allowed_lateness append brokers buffer
syn keyword weirDirective burst case cast changes_as compression count cumulate decode_threads
syn keyword weirDirective default delimiter delivery discover disorder duplicates_to else_to
syn keyword weirDirective emit error_log event_time events exceed explode field flatten follow
syn keyword weirDirective format framing from global group header hopping include interval isolation
syn keyword weirDirective keep key late_to limit load_module match max_dirty max_duration max_parallelism
syn keyword weirDirective max_record_size memory_limit min_pause nest null on_error order_by
syn keyword weirDirective outer parallelism partitioner path pattern plugin_path plugin_timeout
syn keyword weirDirective profile property quote rank rate remove rename reopen roll_size roll_time
syn keyword weirDirective row seed session set set_event_time skip_empty slide split start state
syn keyword weirDirective state_drop state_path stop time timeout timestamp topic topic_by transaction_timeout
syn keyword weirDirective transactional_id trigger ttl tumbling unique_key watermark where with_ties
syn keyword weirDirective within worker_threads
syn keyword weirFunction abs avg bool_and bool_or cast ceil coalesce collect collect_set concat
syn keyword weirFunction contains count count_char count_distinct count_distinct_hll crc32 date_part
syn keyword weirFunction date_trunc ends_with exp extract first floor format format_time greatest
syn keyword weirFunction if ip_in_cidr is_ipv4 is_ipv6 json_array json_array_contains json_array_join
syn keyword weirFunction json_array_length json_element json_get json_object json_parse last
syn keyword weirFunction least length ln log10 lower lpad ltrim max max_by md5 median min min_by
syn keyword weirFunction mod nullif parse_time percentile percentile_exact position power regexp_extract
syn keyword weirFunction regexp_like regexp_replace repeat replace reverse round rpad rtrim
syn keyword weirFunction sha256 sign split split_part sqrt starts_with stddev stddev_pop string_agg
syn keyword weirFunction substr sum to_json to_timestamp trim try upper url_decode url_host
syn keyword weirFunction url_path url_query_param var var_pop xxhash64
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
