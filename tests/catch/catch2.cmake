# dhg_catch: Catch2 with a main(), and catch_discover_tests(). The tests are written for
# Catch2 3. Debian 12 has Catch2 2: the folder debian12 gives it the header and the names of 3.
find_package(Catch2 REQUIRED)
include(Catch)
if(Catch2_VERSION VERSION_GREATER_EQUAL 3)
  add_library(dhg_catch INTERFACE)
  target_link_libraries(dhg_catch INTERFACE Catch2::Catch2WithMain)
else()
  add_library(dhg_catch STATIC ${CMAKE_CURRENT_LIST_DIR}/debian12/main.cpp)
  target_include_directories(dhg_catch PUBLIC ${CMAKE_CURRENT_LIST_DIR}/debian12)
  target_link_libraries(dhg_catch PUBLIC Catch2::Catch2)
endif()
