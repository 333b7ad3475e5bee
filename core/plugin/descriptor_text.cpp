#include "plugin/descriptor_text.hpp"

#include "dhg/error.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cstring>

namespace dhg::plugin {

void refuse_plugin(const std::filesystem::path& library, const std::string& why,
                   const std::string& hint) {
  throw Error(Blame::environment, fmt::format("plugin '{}': {}", library.string(), why), hint);
}

std::string_view read_text(const char* text, const std::string& field, std::size_t limit,
                           const std::filesystem::path& library) {
  const auto hint = fmt::format("give the {} in the plugin's source", field);
  if (text == nullptr)
    refuse_plugin(library, fmt::format("its descriptor has no {} (NULL)", field), hint);
  const std::string_view result(text, strnlen(text, limit + 1));
  if (result.size() > limit)
    refuse_plugin(library, fmt::format("its {} is longer than {} bytes", field, limit),
                  fmt::format("shorten the {} in the plugin's source", field));
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::any_of(result.begin(), result.end(), is_control))
    refuse_plugin(library, fmt::format("its {} contains control characters", field), hint);
  return result;
}

} // namespace dhg::plugin
