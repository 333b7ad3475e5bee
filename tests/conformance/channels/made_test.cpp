// What all other rules build on.

#include "channels.hpp"
#include "words.hpp"

using namespace dhg::conformance;

TEST_CASE("result channels: a channel can be made of its options", "[made]") {
  NEED("its library loads and its factory makes an object",
       problem_of([] { (void)all_channels(); }));
}
