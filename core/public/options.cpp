#include "dhg/options.hpp"

#include <fmt/format.h>
#include <stdexcept>
#include <utility>

namespace dhg {
namespace {

template <class T, class Values>
const T& get(const Values& values, std::string_view name, const char* type) {
  const auto found = values.find(name);
  if (found == values.end())
    throw std::logic_error(
        fmt::format("the plugin reads option '{}', which it does not declare", name));
  const auto* value = std::get_if<T>(&found->second);
  if (value == nullptr)
    throw std::logic_error(
        fmt::format("the plugin reads option '{}' as {}, but declares another type", name, type));
  return *value;
}

} // namespace

void Options::set(std::string name, Value value) {
  values_.insert_or_assign(std::move(name), std::move(value));
}

bool Options::boolean(std::string_view name) const { return get<bool>(values_, name, "a boolean"); }

std::int64_t Options::integer(std::string_view name) const {
  return get<std::int64_t>(values_, name, "an integer");
}

std::uint64_t Options::size(std::string_view name) const {
  return get<std::uint64_t>(values_, name, "a size");
}

const std::string& Options::text(std::string_view name) const {
  return get<std::string>(values_, name, "text");
}

} // namespace dhg
