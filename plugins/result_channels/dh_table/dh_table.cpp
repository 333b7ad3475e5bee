// dh-table: the guest half leaves the outcome in a table of the Deephaven server and
// reads it back over Arrow Flight. What is a pickle there never leaves the guest: the
// agent sends JSON.

#include "dhg/result_channel.hpp"

#include "dh_table_guest_half.hpp"

namespace {

class DhTable final : public dhg::ResultChannel {
 public:
  explicit DhTable(const dhg::Options& /*options*/) {}

  [[nodiscard]] std::string_view guest_half() const noexcept override {
    return ::dh_table_guest_half;
  }

  [[nodiscard]] dhg::CodeResult decode(std::span<const std::byte> bytes) const override {
    return dhg::parse_outcome_json(bytes);
  }
};

} // namespace

DHG_PLUGIN(DHG_RESULT_CHANNEL, DhTable, "dh-table", "1.0",
           "Brings the result out through a table of the guest's Deephaven server", dhg::kNoOptions)
