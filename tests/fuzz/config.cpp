// A config file, up to the options of a plugin; and a --set over it, which is what
// follows the first zero byte.

#include "config/settings.hpp"
#include "fuzz.hpp"

#include <array>

using namespace dhg;

namespace {

constexpr std::array kOptions{
    dhg_option{"flag", DHG_OPTION_BOOL, "false", nullptr, nullptr, nullptr, "a flag"},
    dhg_option{"threads", DHG_OPTION_INT, "0", "0", "64", nullptr, "a number"},
    dhg_option{"chunk", DHG_OPTION_SIZE, "64KiB", "4KiB", "1GiB", nullptr, "a size"},
    dhg_option{"path", DHG_OPTION_STRING, "", nullptr, nullptr, nullptr, "a text"},
    dhg_option{"how", DHG_OPTION_ENUM, "one", nullptr, nullptr, "one|two", "a choice"},
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = fuzz::text_of(data, size);
  const auto zero = input.find('\0');
  config::RawNode raw;
  config::Settings settings;
  const bool accepted = fuzz::accepts([&] {
    raw = config::parse_text(input.substr(0, zero), "fuzz.yaml");
    if (zero != std::string::npos) config::apply_set(raw, input.substr(zero + 1));
    settings = config::validate(raw);
  });
  if (!accepted) return 0;
  fuzz::require(settings.machine.vcpus > 0);
  // What is shown means the same.
  const auto shown = config::show(raw);
  const auto again = config::validate(config::parse_text(shown, "shown.yaml"));
  fuzz::require(again.machine.memory_bytes == settings.machine.memory_bytes &&
                again.run.timeout == settings.run.timeout && again.image == settings.image &&
                again.page_server.choice.name == settings.page_server.choice.name);
  const auto& choice = settings.page_server.choice;
  (void)fuzz::accepts([&] {
    (void)config::validate_options(choice.options ? &*choice.options : nullptr, kOptions,
                                   choice.name);
  });
  return 0;
}
