// What a guest sends to the host: frames, and what they mean. The first byte says how
// the rest is cut into reads: that must make no difference.

#include "guest_link/conversation.hpp"
#include "fuzz.hpp"

#include <algorithm>
#include <span>

using namespace dhg;
using guest_link::Conversation;

namespace {

class Collector final : public guest_link::OutputSink {
 public:
  void out(std::span<const std::byte> bytes) override { append(out_, bytes); }
  void err(std::span<const std::byte> bytes) override { append(err_, bytes); }
  [[nodiscard]] std::size_t size() const { return out_.size() + err_.size(); }
  friend bool operator==(const Collector& a, const Collector& b) {
    return a.out_ == b.out_ && a.err_ == b.err_;
  }

 private:
  static void append(std::string& to, std::span<const std::byte> bytes) {
    to.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  std::string out_;
  std::string err_;
};

constexpr Conversation::Limits kLimits{4096, 4096};

struct Outcome {
  Collector output;
  bool accepted = false;
  Conversation::State state{};
  std::vector<std::byte> result;
};

void converse(std::span<const std::byte> bytes, std::size_t step, Outcome& outcome) {
  Conversation conversation(outcome.output, kLimits);
  outcome.accepted = fuzz::accepts([&] {
    for (std::size_t at = 0; at < bytes.size(); at += step)
      conversation.feed(bytes.subspan(at, std::min(step, bytes.size() - at)));
  });
  outcome.state = conversation.state();
  outcome.result = conversation.result();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto bytes = std::as_bytes(std::span(data + 1, size - 1));
  Outcome whole;
  Outcome pieces;
  converse(bytes, bytes.size(), whole);
  converse(bytes, std::size_t{1} + data[0], pieces);
  fuzz::require(whole.accepted == pieces.accepted);
  fuzz::require(whole.output.size() <= kLimits.output && whole.result.size() <= kLimits.result);
  fuzz::require(whole.output == pieces.output && whole.state == pieces.state &&
                whole.result == pieces.result);
  return 0;
}
