#include "given_options.hpp"

#include "config/settings.hpp"

#include <cstdlib>

namespace dhg::fakes {
namespace {

constexpr const char* kVariable = "DHG_CONFORMANCE_OPTIONS";

} // namespace

std::optional<config::RawNode> given_raw_options() {
  const char* given = std::getenv(kVariable);
  if (given == nullptr) return std::nullopt;
  return config::parse_text(given, kVariable);
}

Options given_options(const dhg_plugin_descriptor& descriptor) {
  const auto raw = given_raw_options();
  return config::validate_options(raw ? &*raw : nullptr,
                                  {descriptor.options, descriptor.option_count}, descriptor.name);
}

} // namespace dhg::fakes
