#include "record.hpp"

#include <cstring>
#include <optional>
#include <utility>

namespace dhg_working_set {
namespace {

// Little-endian, as x86-64 is: magic, the two numbers of traces, then for each trace
// its length and its pages.
constexpr std::uint32_t kMagic = 0x31736477; // "wds1"

void put(std::string& to, std::uint32_t value) {
  to.append(reinterpret_cast<const char*>(&value), sizeof value);
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  [[nodiscard]] std::optional<std::uint32_t> number() {
    if (text_.size() < sizeof(std::uint32_t)) return std::nullopt;
    std::uint32_t value = 0;
    std::memcpy(&value, text_.data(), sizeof value);
    text_.remove_prefix(sizeof value);
    return value;
  }
  [[nodiscard]] std::optional<Trace> trace() {
    const auto count = number();
    if (!count || *count > text_.size() / sizeof(PageIndex)) return std::nullopt;
    Trace result(*count);
    if (*count == 0) return result;
    std::memcpy(result.data(), text_.data(), result.size() * sizeof(PageIndex));
    text_.remove_prefix(result.size() * sizeof(PageIndex));
    return result;
  }
  [[nodiscard]] bool at_end() const { return text_.empty(); }

 private:
  std::string_view text_;
};

// Each page below `pages`, and once.
bool is_plausible(const Trace& trace, std::vector<bool>& seen) {
  bool good = true;
  for (const auto page : trace) {
    if (page >= seen.size() || seen[page]) {
      good = false;
      break;
    }
    seen[page] = true;
  }
  for (const auto page : trace)
    if (page < seen.size()) seen[page] = false;
  return good;
}

} // namespace

void Record::add(std::vector<Trace>& to, Trace trace, std::size_t most) {
  if (trace.size() > kMaxPages / 4) trace.resize(kMaxPages / 4);
  to.push_back(std::move(trace));
  const auto pages = [&] {
    std::size_t sum = 0;
    for (const auto& each : to) sum += each.size();
    return sum;
  };
  while (to.size() > most || pages() > kMaxPages / 2) to.erase(to.begin());
}

std::string encode(const Record& record) {
  std::string text;
  put(text, kMagic);
  put(text, static_cast<std::uint32_t>(record.whole.size()));
  put(text, static_cast<std::uint32_t>(record.missed.size()));
  for (const auto* traces : {&record.whole, &record.missed}) {
    for (const auto& trace : *traces) {
      put(text, static_cast<std::uint32_t>(trace.size()));
      text.append(reinterpret_cast<const char*>(trace.data()), trace.size() * sizeof(PageIndex));
    }
  }
  return text;
}

Record decode(std::string_view text, std::uint64_t pages) {
  Reader reader(text);
  if (reader.number() != kMagic) return {};
  const auto whole = reader.number();
  const auto missed = reader.number();
  if (!whole || !missed || *whole > Record::kMaxWhole || *missed > Record::kMaxMissed) return {};
  Record record;
  std::vector<bool> seen(pages);
  for (std::uint32_t i = 0; i < *whole + *missed; ++i) {
    auto trace = reader.trace();
    if (!trace || !is_plausible(*trace, seen)) return {};
    (i < *whole ? record.whole : record.missed).push_back(std::move(*trace));
  }
  return reader.at_end() ? record : Record{};
}

} // namespace dhg_working_set
