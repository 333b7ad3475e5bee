# find_package(dhg): the target dhg::core, the function dhg_add_plugin(), and, of the dhg
# that belongs to them, DHG_PROGRAM and DHG_HANDOFF_LIBRARY (docs/write-a-launcher.md).
include("${CMAKE_CURRENT_LIST_DIR}/dhg-targets.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/DhgPlugin.cmake")
get_filename_component(DHG_PROGRAM "${CMAKE_CURRENT_LIST_DIR}/../../../bin/dhg" ABSOLUTE)
get_filename_component(DHG_HANDOFF_LIBRARY
  "${CMAKE_CURRENT_LIST_DIR}/../../../${DHG_PLUGIN_DIR}/launchers/libdhg_handoff.so" ABSOLUTE)
