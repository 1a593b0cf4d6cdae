" Vim syntax file for the conf of weir.  Made by `weir help --vim`.
" au BufRead,BufNewFile weir.conf,*/weir/*.conf set filetype=weir
if exists("b:current_syntax")
  finish
endif

setlocal iskeyword+=-
syn case match

syn keyword weirBlock check file filter flatmap map null pipeline sink source stdin stdout values
syn keyword weirBlock window
syn keyword weirDirective aggregate allowed_lateness append buffer else_to error_log event_time
syn keyword weirDirective format from hopping include keep key late_to load_module max_parallelism
syn keyword weirDirective max_record_size on_error parallelism path plugin_path remove rename
syn keyword weirDirective row set skip_empty split state tumbling watermark where worker_threads
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
