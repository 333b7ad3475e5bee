#include "dhg/result_channel.hpp"

#include "deed.hpp"

namespace {

constexpr std::string_view kGuestHalf = R"(import json
import os
import time


def do(where):
    what, _, asked = DEED.partition(" ")
    if asked != where:
        return
    if what == "throw":
        raise KeyError("x")
    if what == "leave":
        raise SystemExit(0)
    while what == "hang":
        time.sleep(1)
    if what == "exit":
        os._exit(0)


def store(outcome):
    global kept
    do("store")
    kept = outcome


def load():
    do("load")
    if DEED == "nonsense load":
        return "text"
    return json.dumps(kept).encode()
)";

class Misbehaving final : public dhg::ResultChannel {
 public:
  explicit Misbehaving(const dhg::Options& /*options*/) {
    misbehave("constructor");
    const char* deed = std::getenv("DEED");
    half_ = "DEED = '" + std::string(deed != nullptr ? deed : "") + "'\n" + std::string(kGuestHalf);
    if (returns_nonsense("guest_half")) half_ = "\xff\xfe";
  }
  [[nodiscard]] std::string_view guest_half() const noexcept override {
    misbehave("guest_half");
    return half_;
  }
  [[nodiscard]] dhg::CodeResult decode(std::span<const std::byte> bytes) const override {
    misbehave("decode");
    auto result = dhg::parse_outcome_json(bytes);
    if (returns_nonsense("decode")) result.exit_code = 4000;
    if (returns_nonsense("outcome")) result.outcome = dhg::Outcome::exception;
    return result;
  }

 private:
  std::string half_;
};

} // namespace

DHG_PLUGIN(DHG_RESULT_CHANNEL, Misbehaving, "misbehaving", "1", "Does what DEED says",
           dhg::kNoOptions)
