// Whatever bytes come out of a guest, the host half gives a valid result or an Error.

#include "channels.hpp"
#include "dhg/error.hpp"
#include "guest.hpp"
#include "words.hpp"

#include <random>

using namespace dhg;
using namespace dhg::conformance;
using nlohmann::json;

namespace {

constexpr const char* kRefused = "the host half refuses these bytes with a dhg::Error";

// Decodes bytes that need not mean anything. @return false if they were refused
bool decodes(const ResultChannel& channel, std::span<const std::byte> bytes) {
  try {
    const auto result = channel.decode(bytes);
    NEED("a result that is accepted has an exit code from 0 to 255",
         Finding(result.exit_code >= 0 && result.exit_code <= 255, shown(result.exit_code)));
    NEED("a result that is accepted has an error exactly if its outcome is an exception",
         result.error.has_value() == (result.outcome == Outcome::exception));
    for (const auto& table : result.tables)
      NEED("a table of a result that is accepted has no negative number of rows",
           Finding(table.row_count.value_or(0) >= 0, shown(table.row_count)));
    return true;
  } catch (const Error& error) {
    // Such text is shown to a person: it must not be as long as the guest likes.
    const auto size = std::string(error.what()).size();
    NEED("the text of an Error is shorter than 1000 bytes", Finding(size < 1000, shown(size)));
    return false;
  } catch (const std::exception& error) {
    NEED("what cannot be decoded is refused with a dhg::Error",
         std::string("another exception: ") + error.what());
    return false;
  }
}

bool decodes(const ResultChannel& channel, std::string_view text) {
  return decodes(channel, std::as_bytes(std::span(text)));
}

Bytes real_result(const ResultChannel& channel) {
  const json column{{"name", "x"}, {"type", "int"}};
  const json table{{"name", "t"},         {"row_count", 5},   {"is_refreshing", false},
                   {"columns", {column}}, {"preview", "x\n"}, {"not_shown_why", nullptr}};
  const json error{{"type", "E"}, {"message", "\u00e4"}, {"traceback", "T"}};
  const json dictionary{{"outcome", "exception"}, {"exit_code", 1},
                        {"result_repr", nullptr}, {"is_expression", false},
                        {"error", error},         {"tables", json::array({table})}};
  auto carried = in_guest(channel, {outcome(dictionary)}).front();
  NEED("the guest half stores and loads an outcome", carried.error);
  NEED("the host half decodes what the guest half loaded", decodes(channel, carried.bytes));
  return carried.bytes;
}

} // namespace

TEST_CASE("result channels: a result that was cut short is refused") {
  for (const auto& [name, channel] : all_channels()) {
    INFO(name);
    const auto whole = real_result(*channel);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      INFO(size << " of " << whole.size() << " bytes");
      WANT(kRefused, !decodes(*channel, std::span(whole).first(size)));
    }
  }
}

TEST_CASE("result channels: a result with bytes changed is a valid one or refused") {
  std::mt19937 random(20260101);
  for (const auto& [name, channel] : all_channels()) {
    INFO(name);
    const auto whole = real_result(*channel);
    std::size_t refused = 0;
    for (int i = 0; i < 20'000; ++i) {
      auto changed = whole;
      for (auto count = 1 + random() % 4; count > 0; --count)
        changed[random() % changed.size()] = static_cast<std::byte>(random());
      if (random() % 8 == 0) changed.resize(random() % changed.size());
      if (!decodes(*channel, changed)) ++refused;
    }
    WANT("some of 20000 damaged results are refused", refused > 0);
  }
}

TEST_CASE("result channels: bytes that are no result are refused") {
  std::mt19937 random(20260102);
  for (const auto& [name, channel] : all_channels()) {
    INFO(name);
    for (const auto* text : {"", " ", "x", "null", "{}", "[]", "\"ok\"", "\xff\xfe", "\x80\x05}.",
                             "cos\nsystem\n(S'true'\ntR."})
      WANT(kRefused, !decodes(*channel, text));
    WANT(kRefused, !decodes(*channel, std::string_view("\0\0\0\0", 4)));
    for (int i = 0; i < 1000; ++i) {
      Bytes noise(random() % 300);
      for (auto& byte : noise) byte = static_cast<std::byte>(random());
      WANT(kRefused, !decodes(*channel, noise));
    }
  }
}

TEST_CASE("result channels: deep nesting does not exhaust the stack") {
  for (const auto& [name, channel] : all_channels()) {
    INFO(name);
    for (const auto* open : {"[", "{\"a\":", "(", "<a>", "\x81\xa1x", "\x91", "]"}) {
      std::string text;
      while (text.size() < 4'000'000) text += open;
      WANT(kRefused, !decodes(*channel, text));
      WANT(kRefused,
           !decodes(*channel, R"({"outcome":"ok","exit_code":0,"error":null,"tables":)" + text));
    }
  }
}

TEST_CASE("result channels: members of wrong types and huge numbers are refused") {
  const json good{{"outcome", "ok"},        {"exit_code", 0},   {"result_repr", nullptr},
                  {"is_expression", false}, {"error", nullptr}, {"tables", json::array()}};
  for (const auto& [name, channel] : all_channels()) {
    INFO(name);
    for (const auto& member : good.items()) {
      for (const auto* value :
           {"1e400", "-1", "18446744073709551616", "1.5", "{}", "[[]]", "\"\\ud800\"",
            "99999999999999999999999999999999999999999999", "NaN", "[1]"}) {
        auto text = good.dump();
        const auto key = '"' + member.key() + "\":";
        text.replace(text.find(key) + key.size(), member.value().dump().size(), value);
        INFO(text);
        WANT(kRefused, !decodes(*channel, text));
      }
    }
  }
}

TEST_CASE("result channels: the guest half is UTF-8 text and stays the same") {
  for (const auto& [name, channel] : all_channels()) {
    INFO(name);
    const auto first = std::string(channel->guest_half());
    WANT("the guest half is UTF-8", problem_of([&] { (void)json(first).dump(); }));
    WANT("the guest half has no NUL", first.find('\0') == std::string::npos);
    WANT("the guest half is the same when it is asked for again", channel->guest_half() == first);
  }
}
