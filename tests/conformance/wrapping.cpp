// A plugin may wrap another one: what dhg finds, the suites find too.

#include "installation.hpp"
#include "plugin/registry.hpp"

#include <cstdlib>

namespace {

[[maybe_unused]] const bool offered = [] {
  const char* more = std::getenv("DHG_PLUGIN_PATH");
  dhg::plugin::offer_to_plugins(dhg::plugin::Registry(dhg::fakes::library_folder() / "dhg/plugins",
                                                      more != nullptr ? more : ""));
  return true;
}();

} // namespace
