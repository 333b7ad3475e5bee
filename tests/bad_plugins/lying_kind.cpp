// Says that it is a page server, and makes a result channel.

#include "fixture.hpp"

namespace {

class Channel final : public dhg::ResultChannel {
 public:
  std::string_view guest_half() const noexcept override { return ""; }
  dhg::CodeResult decode(std::span<const std::byte> /*bytes*/) const override { return {}; }
};

} // namespace

FIXTURE_DESCRIPTOR(fixture::good_descriptor("lying-kind"))
FIXTURE_FACTORY((void)options; return new Channel;)
