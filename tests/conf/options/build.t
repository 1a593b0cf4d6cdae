-V says how it was built.
-- args
-V
-- stdout
-- stderr contains
weir version: weir/{{[0-9.]+}}
built by {{.*}}
plugin ABI {{[0-9.]+}}
plugins: {{BUILD}}/plugins/modules
configure arguments: {{.*}}
-- exit 0
