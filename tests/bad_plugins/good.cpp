// Nothing is wrong with this one: what the others are measured against. It
// tells the options that it got in the text of an exception.

#include "fixture.hpp"

#include <array>
#include <stdexcept>
#include <string>

namespace {

constexpr std::array kOptions{
    dhg_option{"threads", DHG_OPTION_INT, "2", "1", "16", nullptr, "a number of threads"},
    dhg_option{"chunk", DHG_OPTION_SIZE, "2MiB", "4KiB", "1GiB", nullptr, "bytes at a time"},
    dhg_option{"fast", DHG_OPTION_BOOL, "true", nullptr, nullptr, nullptr, "whether to hurry"},
    dhg_option{"label", DHG_OPTION_STRING, "", nullptr, nullptr, nullptr, "any text"},
    dhg_option{"mode", DHG_OPTION_ENUM, "b", nullptr, nullptr, "a|b", "one of two"}};

class Good final : public fixture::Server {
 public:
  explicit Good(const dhg::Options& options)
      : Server(options),
        options_("threads " + std::to_string(options.integer("threads")) + ", chunk " +
                 std::to_string(options.size("chunk")) + ", fast " +
                 (options.boolean("fast") ? "yes" : "no") + ", label '" + options.text("label") +
                 "', mode " + options.text("mode")) {}

  void attach(dhg::GuestMemory& /*memory*/) override { throw std::runtime_error(options_); }

 private:
  std::string options_;
};

} // namespace

DHG_PLUGIN(DHG_PAGE_SERVER, Good, "good", "1.0", "A fixture of dhg's tests", kOptions)
