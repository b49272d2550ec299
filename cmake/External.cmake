# SPDX-License-Identifier: Apache-2.0
# Third-party libraries, one interface target each; a layer names those it uses as EXTERNAL.
# The core ones are linked from .a (start-up time); libcurl and libmicrohttpd are opened at run time.
find_package(Threads REQUIRED)
function(terrace_external name)
  add_library(external_${name} INTERFACE)
  target_link_libraries(external_${name} INTERFACE ${ARGN})
endfunction()
terrace_external(crypto -Wl,-Bdynamic crypto)
terrace_external(sqlite -l:libsqlite3.a m dl Threads::Threads)
terrace_external(yaml -l:libyaml.a)
terrace_external(simdjson simdjson)
terrace_external(re2 -l:libre2.a Threads::Threads)
terrace_external(mpfr mpfr gmp)
terrace_external(utf8proc -l:libutf8proc.a)
terrace_external(zlib -l:libz.a)
terrace_external(crypt crypt)
terrace_external(dl dl)
terrace_external(threads Threads::Threads)
