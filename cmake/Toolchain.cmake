# SPDX-License-Identifier: Apache-2.0
# Compiler, linker and cache settings that hold for every target.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
# One setting for libraries and programs, so that all share the precompiled headers.
add_compile_options(-fPIE)
add_link_options(-pie)
add_compile_definitions(FMT_HEADER_ONLY=1 _GLIBCXX_ASSERTIONS)
if(TERRACE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(TERRACE_SANITIZE)
  add_compile_options(-fsanitize=${TERRACE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${TERRACE_SANITIZE})
endif()

# Warnings and hardening for our own targets.
function(terrace_flags target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wshadow=local -Wnon-virtual-dtor
    -Werror=switch-enum -Werror=return-type -Werror=unused-result)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # gcc 12 reports overflows in libstdc++ that cannot happen (GCC bug 105329); may go with the next compiler.
    target_compile_options(${target} PRIVATE -Wno-missing-field-initializers -Wno-stringop-overflow -Wno-restrict -Wno-array-bounds)
  else()
    target_compile_options(${target} PRIVATE -Wno-shadow -Wno-missing-field-initializers)
  endif()
  if(TERRACE_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  # Text from users and providers is never a format string; stack and heap checks stay on in release.
  target_compile_options(${target} PRIVATE -fstack-protector-strong -fstack-clash-protection)
  if(NOT TERRACE_SANITIZE AND CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(${target} PRIVATE -D_FORTIFY_SOURCE=2)
  endif()
endfunction()
