-h shows the usage.
-- args
-h
-- stdout
weir version: weir/{{[0-9.]+}}
Usage: weir [-?hvVtTq] [-c FILE] [-p PREFIX] [-g DIRECTIVES] [--json] [FILE]
       weir run [-q] [-g DIRECTIVES] [--pipeline NAME] [--summary json] FILE
       weir state ls|count|get|export|verify|diff [--ndjson] DIR [DIR | OPERATOR[.TABLE] [KEY]]
       weir savepoint create DIR FILE | inspect FILE | restore FILE DIR
       weir help [WORD | WORD.DIRECTIVE | functions ...]

Options:
  -?,-h            : this help
  -v               : show version and exit
  -V               : show version and how it was built, and exit
  -t               : test configuration, show what it makes, and exit; -tt: ask brokers and the like too
  -T               : test configuration, dump it, and exit
  -q               : suppress what is not an error
  -c FILE          : set configuration file
  -p PREFIX        : set the directory that relative names start from
  -g DIRECTIVES    : set global directives out of configuration file
  --json           : with -t: the result as JSON

weir run: run a pipeline in the foreground until its input ends
  -?,-h            : this help
  -q               : suppress what is not an error
  -c FILE          : set configuration file
  -p PREFIX        : set the directory that relative names start from
  -g DIRECTIVES    : set global directives out of configuration file
  --pipeline NAME  : which pipeline to run, if there are several
  --summary json   : print all counters at the end, as a line of JSON on stderr

weir state: look into the state of a pipeline that does not run, or into a savepoint
  -?,-h            : this help
  --ndjson         : with export: a line of JSON an entry, which is how it is done anyway

weir savepoint: a portable copy of a pipeline's state, made while it runs or not
  -?,-h            : this help

weir help: what can be written in a conf
  -?,-h            : this help
  --markdown       : the reference page
  --vim            : a syntax file for vim
-- stderr
-- exit 0
