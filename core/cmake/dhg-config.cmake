# find_package(dhg): the target dhg::core, the function dhg_add_plugin(), and
# DHG_PROGRAM, the dhg that belongs to them.
include("${CMAKE_CURRENT_LIST_DIR}/dhg-targets.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/DhgPlugin.cmake")
get_filename_component(DHG_PROGRAM "${CMAKE_CURRENT_LIST_DIR}/../../../bin/dhg" ABSOLUTE)
