#include "plugin/option_declarations.hpp"

#include "config/settings.hpp"
#include "plugin/descriptor_text.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <exception>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace dhg::plugin {
namespace {

constexpr const char* kCorrect = "correct the declaration in the plugin's source";

bool is_option_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

class Declaration {
 public:
  Declaration(const dhg_option& option, std::string_view plugin_name,
              const std::filesystem::path& library)
      : option_(option), plugin_name_(plugin_name), library_(library) {}

  void check() const {
    if (option_.type < DHG_OPTION_BOOL || option_.type > DHG_OPTION_ENUM)
      refuse(fmt::format("has type {}, which this dhg does not know", option_.type));
    (void)text(option_.default_value, "default");
    (void)text(option_.description, "description");
    check_bounds();
    check_choices();
    check_value("default", option_);
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    refuse_plugin(library_, fmt::format("its option '{}' {}", option_.name, why), kCorrect);
  }

  [[nodiscard]] std::string_view text(const char* value, const char* field) const {
    return read_text(value, fmt::format("{} of option '{}'", field, option_.name), kMaxText,
                     library_);
  }

  void check_bounds() const {
    if (option_.minimum == nullptr && option_.maximum == nullptr) return;
    if (option_.type != DHG_OPTION_INT && option_.type != DHG_OPTION_SIZE)
      refuse("has a minimum or a maximum, which only integers and sizes can have");
    // A bound is a value too; each stands in for the default of an option
    // without bounds, so that there is one notation and one place that reads it.
    auto stand_in = option_;
    stand_in.minimum = stand_in.maximum = nullptr;
    if (option_.maximum != nullptr) {
      stand_in.default_value = text(option_.maximum, "maximum").data();
      check_value("maximum", stand_in);
    }
    if (option_.minimum != nullptr) {
      stand_in.default_value = text(option_.minimum, "minimum").data();
      check_value("minimum", stand_in);
      stand_in.maximum = option_.maximum;
      if (why_not_valid(stand_in))
        refuse(fmt::format("has the minimum '{}', which is greater than its maximum '{}'",
                           option_.minimum, option_.maximum));
    }
  }

  void check_choices() const {
    if (option_.type != DHG_OPTION_ENUM) {
      if (option_.choices != nullptr) refuse("has choices, which only an enum can have");
      return;
    }
    std::set<std::string_view> seen;
    auto rest = text(option_.choices, "list of choices");
    for (;;) {
      const auto bar = rest.find('|');
      const auto choice = rest.substr(0, bar);
      if (choice.empty()) refuse("has an empty choice");
      if (!seen.insert(choice).second) refuse(fmt::format("has the choice '{}' twice", choice));
      if (bar == std::string_view::npos) return;
      rest.remove_prefix(bar + 1);
    }
  }

  // Of the option's default.
  [[nodiscard]] std::optional<std::string> why_not_valid(const dhg_option& option) const {
    try {
      (void)config::validate_options(nullptr, {&option, 1}, plugin_name_);
      return std::nullopt;
    } catch (const std::exception& e) {
      return e.what();
    }
  }

  void check_value(const char* field, const dhg_option& option) const {
    if (const auto why = why_not_valid(option))
      refuse(fmt::format("has the {} '{}', which is not valid: {}", field, option.default_value,
                         *why));
  }

  const dhg_option& option_;
  std::string_view plugin_name_;
  const std::filesystem::path& library_;
};

} // namespace

void check_option_declarations(std::span<const dhg_option> options, std::string_view plugin_name,
                               const std::filesystem::path& library) {
  std::set<std::string_view> seen;
  for (const auto& option : options) {
    const auto name = read_text(option.name, "name of an option", kMaxName, library);
    if (!is_option_name(name))
      refuse_plugin(library,
                    fmt::format("its option name '{}' is not valid: a name consists of lower-case "
                                "letters, digits and '_'",
                                name),
                    kCorrect);
    if (!seen.insert(name).second)
      refuse_plugin(library, fmt::format("it declares option '{}' twice", name), kCorrect);
    Declaration(option, plugin_name, library).check();
  }
}

} // namespace dhg::plugin
