-V says how it was built.
-- args
-V
-- stdout
-- stderr contains
weir version: weir/{{[0-9.]+}}
built by {{.*}}
built with libuv {{[0-9.]+}}, jansson {{[0-9.]+}}, xxHash {{[0-9.]+}}
plugin ABI {{[0-9.]+}}
plugins: {{BUILD}}/plugins/modules
configure arguments: {{.*}}
-- exit 0
