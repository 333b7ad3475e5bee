// @NAME@: how the result of a program leaves the guest. guest_half.py runs there and
// makes bytes of the outcome; this half reads them here.

#include "dhg/result_channel.hpp"

#include "dhg/error.hpp"
#include "guest_half.hpp" // made of guest_half.py when this is built

#include <algorithm>
#include <array>
#include <cstring>

namespace {

constexpr std::array<char, 4> kMagic{'R', 'S', 'L', '1'};

class @CLASS@ final : public dhg::ResultChannel {
 public:
  explicit @CLASS@(const dhg::Options& /*options*/) {}

  [[nodiscard]] std::string_view guest_half() const noexcept override { return ::guest_half; }

  // The bytes come from a guest that ran a stranger's program: check all of them.
  [[nodiscard]] dhg::CodeResult decode(std::span<const std::byte> bytes) const override {
    if (bytes.size() < kMagic.size() ||
        std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0)
      throw dhg::Error(dhg::Blame::environment, "the result does not begin like one of @NAME@");
    return dhg::parse_outcome_json(bytes.subspan(kMagic.size()));
  }
};

} // namespace

DHG_PLUGIN(DHG_RESULT_CHANNEL, @CLASS@, "@NAME@", "0.1",
           "Brings the result out as marked JSON in a file of the guest", dhg::kNoOptions)
