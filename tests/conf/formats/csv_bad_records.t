What does not read goes to on_error; what goes in comes out, or is counted.
-- conf
pipeline p {
    source file in { path a.csv; format csv { a int; b string not null; } on_error dead_letter bad; }
    sink stdout out { from in; format csv { header off; } }
    sink file err { from bad; path bad.csv; format csv { header off; } }
}
-- file a.csv
a,b
1,"x, ""y"""
x,y
9223372036854775808,y
1
1,2,3
1,"open
2,
3,last
-- args
run -q weir.conf
-- stdout
1,"x, ""y"""
3,last
-- output bad.csv
eCx5,"field ""a"" is ""x"", not an int",bad_record,in,p,in,a.csv,17,,1
OTIyMzM3MjAzNjg1NDc3NTgwOCx5,"field ""a"" is ""9223372036854775808"", beyond an int",bad_record,in,p,in,a.csv,21,,1
MQ==,"it has 1 column, not 2",bad_record,in,p,in,a.csv,43,,1
MSwyLDM=,"it has 3 columns, not 2",bad_record,in,p,in,a.csv,45,,1
MSwib3Blbg==,a quote is opened in the line and never closed,bad_record,in,p,in,a.csv,51,,1
Miw=,"field ""b"" is null or missing",bad_record,in,p,in,a.csv,59,,1
