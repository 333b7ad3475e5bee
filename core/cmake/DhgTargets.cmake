# How every target of this project is compiled.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# The build tree has the layout of an installed one, so that `dhg` finds its
# plugins, configs and guest parts the same way in both.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
set(CMAKE_INSTALL_LIBDIR lib)

add_compile_definitions(_GNU_SOURCE)
add_compile_options(-Wall -Wextra -Wpedantic -Wconversion)
if(DHG_WARNINGS_AS_ERRORS)
  add_compile_options(-Werror)
endif()
if(DHG_SANITIZE)
  # Not for C: the guest's init is static, the handoff library is preloaded into
  # a program that is not instrumented.
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${DHG_SANITIZE}>
                      $<$<COMPILE_LANGUAGE:CXX>:-fno-omit-frame-pointer>
                      $<$<COMPILE_LANGUAGE:CXX>:-fno-sanitize-recover=all>)
  add_link_options($<$<LINK_LANGUAGE:CXX>:-fsanitize=${DHG_SANITIZE}>)
endif()

if(DHG_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# dhg_add_plugin() and dhg_embed_text(), which plugins outside this tree have too.
set(DHG_PLUGIN_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib/dhg/plugins)
include(DhgPlugin)
