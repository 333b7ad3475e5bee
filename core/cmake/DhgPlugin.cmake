# How a plugin is built, in dhg's own tree and in any other: find_package(dhg)
# includes this file.

set(DHG_PLUGIN_DIR lib/dhg/plugins)

# dhg_add_plugin(NAME name KIND page_servers|result_channels|launchers SOURCES ...)
# Makes lib<name>.so, to be installed as lib/dhg/plugins/<kind>/<name>.so, and sets
# DHG_PLUGIN_TARGET to the target's name. In dhg's own tree it is built as it is
# installed, so that dhg runs from there.
function(dhg_add_plugin)
  cmake_parse_arguments(PARSE_ARGV 0 P "" "NAME;KIND" "SOURCES")
  if(NOT P_NAME MATCHES "^[a-z0-9-]+$")
    message(FATAL_ERROR "dhg_add_plugin: NAME '${P_NAME}' is not made of lower-case letters, digits and '-'")
  endif()
  if(NOT P_KIND MATCHES "^(page_servers|result_channels|launchers)$")
    message(FATAL_ERROR "dhg_add_plugin: KIND '${P_KIND}' is none of page_servers, result_channels, launchers")
  endif()
  string(REPLACE "-" "_" target "dhg_${P_KIND}_${P_NAME}")
  add_library(${target} MODULE ${P_SOURCES})
  target_link_libraries(${target} PRIVATE dhg::core)
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${P_NAME} CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON INSTALL_RPATH "$ORIGIN/../../..")
  if(DHG_PLUGIN_OUTPUT_DIRECTORY)
    set_target_properties(${target} PROPERTIES
      PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${DHG_PLUGIN_OUTPUT_DIRECTORY}/${P_KIND})
    install(TARGETS ${target} LIBRARY DESTINATION ${DHG_PLUGIN_DIR}/${P_KIND})
  else()
    install(PROGRAMS $<TARGET_FILE:${target}> DESTINATION ${DHG_PLUGIN_DIR}/${P_KIND} RENAME ${P_NAME}.so)
  endif()
  set(DHG_PLUGIN_TARGET ${target} PARENT_SCOPE)
endfunction()

# dhg_embed_text(target file symbol): makes `<symbol>.hpp` with the file's text as
# `inline constexpr std::string_view symbol`, for plugins that are one file.
function(dhg_embed_text target file symbol)
  set(header ${CMAKE_CURRENT_BINARY_DIR}/embedded/${symbol}.hpp)
  set(script ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/EmbedText.cmake)
  add_custom_command(OUTPUT ${header}
    COMMAND ${CMAKE_COMMAND} -DINPUT=${CMAKE_CURRENT_SOURCE_DIR}/${file} -DOUTPUT=${header}
            -DSYMBOL=${symbol} -P ${script}
    DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${file} ${script} VERBATIM)
  target_sources(${target} PRIVATE ${header})
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/embedded)
endfunction()
