# dhg_layer(name SOURCES ... [PUBLIC ...] [PRIVATE ...]): the folder of core that calls it,
# as the static library dhg_<name>. What it is linked with is all that it can include: each
# layer offers its headers, as "name/file.hpp", from a folder in which there is nothing but a
# link to it. PUBLIC is what its own headers include.
function(dhg_layer name)
  cmake_parse_arguments(PARSE_ARGV 1 L "" "" "SOURCES;PUBLIC;PRIVATE")
  set(root ${PROJECT_BINARY_DIR}/layers/${name})
  file(MAKE_DIRECTORY ${root})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${root}/${name} SYMBOLIC)
  add_library(dhg_${name} STATIC ${L_SOURCES})
  target_include_directories(dhg_${name} PUBLIC ${root})
  target_link_libraries(dhg_${name} PUBLIC ${L_PUBLIC} PRIVATE ${L_PRIVATE})
endfunction()
