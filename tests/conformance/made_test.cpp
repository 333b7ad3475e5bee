// What all other rules build on.

#include "fixture.hpp"

using namespace dhg;
using namespace dhg::conformance;

TEST_CASE("A page server can be made of its options", "[made]") {
  for (const auto& library : fakes::page_server_libraries())
    NEED("its library loads and its factory makes an object",
         problem_of([&] { (void)fakes::load_page_server(library); }));
}
