// A result channel in all respects, for tests that want a page server.

#include "fixture.hpp"

namespace {

class Channel final : public dhg::ResultChannel {
 public:
  explicit Channel(const dhg::Options& /*options*/) {}
  std::string_view guest_half() const noexcept override { return ""; }
  dhg::CodeResult decode(std::span<const std::byte> /*bytes*/) const override { return {}; }
};

} // namespace

DHG_PLUGIN(DHG_RESULT_CHANNEL, Channel, "wrong-kind", "1.0", "A fixture of dhg's tests",
           dhg::kNoOptions)
