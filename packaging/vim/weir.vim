" Vim syntax file for the conf of weir.  Made by `weir help --vim`.
" au BufRead,BufNewFile weir.conf,*/weir/*.conf set filetype=weir
if exists("b:current_syntax")
  finish
endif

setlocal iskeyword+=-
syn case match

syn keyword weirBlock aggregate check file filter flatmap generator key_by map null pipeline
syn keyword weirBlock route sample sink source stdin stdout throttle values window
syn keyword weirDirective aggregate allowed_lateness append buffer burst case count default
syn keyword weirDirective delimiter else_to emit error_log event_time exceed field format from
syn keyword weirDirective header hopping include interval keep key late_to load_module match
syn keyword weirDirective max_parallelism max_record_size min_pause null on_error parallelism
syn keyword weirDirective path plugin_path quote rate remove rename row seed set skip_empty
syn keyword weirDirective split state state_path time timeout tumbling watermark where worker_threads
syn keyword weirFunction abs avg concat count length lower max min substr sum upper
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
