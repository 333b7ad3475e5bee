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
set(DHG_PLUGIN_DIR lib/dhg/plugins)

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

# dhg_add_plugin(NAME name KIND page_servers|result_channels|launchers SOURCES ...)
# Makes lib/dhg/plugins/<kind>/<name>.so.
function(dhg_add_plugin)
  cmake_parse_arguments(P "" "NAME;KIND" "SOURCES" ${ARGN})
  string(REPLACE "-" "_" target "dhg_${P_KIND}_${P_NAME}")
  add_library(${target} MODULE ${P_SOURCES})
  target_link_libraries(${target} PRIVATE dhg::core)
  set_target_properties(${target} PROPERTIES
    PREFIX "" OUTPUT_NAME ${P_NAME}
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/${DHG_PLUGIN_DIR}/${P_KIND}
    INSTALL_RPATH "$ORIGIN/../../..")
  install(TARGETS ${target} LIBRARY DESTINATION ${DHG_PLUGIN_DIR}/${P_KIND})
  set(DHG_PLUGIN_TARGET ${target} PARENT_SCOPE)
endfunction()

# dhg_embed_text(target file symbol): makes `<symbol>.hpp` with the file's text as
# `inline constexpr std::string_view symbol`, for plugins that are one file.
function(dhg_embed_text target file symbol)
  set(header ${CMAKE_CURRENT_BINARY_DIR}/embedded/${symbol}.hpp)
  add_custom_command(OUTPUT ${header}
    COMMAND ${CMAKE_COMMAND} -DINPUT=${CMAKE_CURRENT_SOURCE_DIR}/${file} -DOUTPUT=${header}
            -DSYMBOL=${symbol} -P ${CMAKE_SOURCE_DIR}/core/cmake/EmbedText.cmake
    DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${file} ${CMAKE_SOURCE_DIR}/core/cmake/EmbedText.cmake VERBATIM)
  target_sources(${target} PRIVATE ${header})
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/embedded)
endfunction()
