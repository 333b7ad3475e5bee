// json-file: the guest half leaves the outcome in /tmp/__dh_result.json, the
// agent sends that file's bytes.

#include "dhg/result_channel.hpp"

#include "guest_half.hpp"

namespace {

class JsonFile final : public dhg::ResultChannel {
 public:
  explicit JsonFile(const dhg::Options& /*options*/) {}

  [[nodiscard]] std::string_view guest_half() const noexcept override { return ::guest_half; }

  [[nodiscard]] dhg::CodeResult decode(std::span<const std::byte> bytes) const override {
    return dhg::parse_outcome_json(bytes);
  }
};

} // namespace

DHG_PLUGIN(DHG_RESULT_CHANNEL, JsonFile, "json-file", "1.0",
           "Brings the result out through a JSON file in the guest", dhg::kNoOptions)
