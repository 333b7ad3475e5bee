#include "guest_link/conversation.hpp"

#include "dhg/error.hpp"

#include <catch2/catch_all.hpp>
#include <nlohmann/json.hpp>
#include <stdexcept>

using namespace dhg;
using namespace dhg::guest_link;
using Catch::Matchers::ContainsSubstring;
using State = Conversation::State;

namespace {

struct Collector final : OutputSink {
  void out(std::span<const std::byte> bytes) override { append(out_text, bytes); }
  void err(std::span<const std::byte> bytes) override { append(err_text, bytes); }
  static void append(std::string& to, std::span<const std::byte> bytes) {
    to.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  std::string out_text;
  std::string err_text;
};

struct Guest {
  Collector sink;
  Conversation conversation{sink, {1000, 100}};

  void says(FrameType type, std::string_view payload = "{}") {
    std::string text;
    append_frame(text, type, payload);
    says_bytes(text);
  }
  void says_bytes(std::string_view text) {
    conversation.feed({reinterpret_cast<const std::byte*>(text.data()), text.size()});
  }
  void greets() {
    says(FrameType::guest_hello, R"({"protocol":3,"agent":"1.0","python":"3.11.2","more":[1]})");
  }
};

std::string exit_payload(int kind, std::int32_t status) {
  std::string text(1, static_cast<char>(kind));
  const auto raw = static_cast<std::uint32_t>(status);
  for (unsigned shift = 0; shift < 32; shift += 8) text += static_cast<char>(raw >> shift & 0xff);
  return text;
}

} // namespace

TEST_CASE("conversation: what became of the input") {
  Guest guest;
  guest.says(FrameType::stdin_taken, std::string_view("\1\1\0\0", 4)); // whenever
  guest.greets();
  guest.says(FrameType::stdin_taken, std::string_view("\2\0\0\0", 4));
  auto news = guest.conversation.take_input_news();
  CHECK(news.taken == 259);
  CHECK_FALSE(news.refused);
  guest.says(FrameType::done, R"({"exits":true})");
  guest.says(FrameType::stdin_taken, std::string_view("\0\0\0\0", 4));
  news = guest.conversation.take_input_news();
  CHECK(news.taken == 0);
  CHECK(news.refused);
  CHECK_THROWS_AS(guest.says(FrameType::stdin_taken, "123"), Error);
}

TEST_CASE("conversation: a run from its greeting to its end") {
  Guest guest;
  CHECK(guest.conversation.state() == State::greeting);
  guest.greets();
  CHECK(guest.conversation.state() == State::running);
  CHECK(guest.conversation.agent_version() == "1.0");
  CHECK(guest.conversation.python_version() == "3.11.2");
  guest.says(FrameType::out, "hel");
  guest.says(FrameType::err, std::string_view("a\0b", 3));
  guest.says(FrameType::out, "lo");
  guest.says(FrameType::result, "{\"a\":");
  guest.says(FrameType::result, "1}");
  guest.says(FrameType::done, R"({"phases":{"run":12,"receive":3}})");
  CHECK(guest.conversation.state() == State::done);
  CHECK(guest.sink.out_text == "hello");
  CHECK(guest.sink.err_text == std::string("a\0b", 3));
  CHECK(guest.conversation.result().size() == 7);
  CHECK(guest.conversation.phases() ==
        std::vector<Conversation::Phase>{{"run", std::chrono::nanoseconds(12)},
                                         {"receive", std::chrono::nanoseconds(3)}});
}

TEST_CASE("conversation: several frames in one read") {
  Guest guest;
  std::string text;
  append_frame(text, FrameType::guest_hello, R"({"protocol":3,"agent":"","python":""})");
  append_frame(text, FrameType::out, "x");
  append_frame(text, FrameType::done, "{}");
  guest.says_bytes(text);
  CHECK(guest.conversation.state() == State::done);
  CHECK(guest.sink.out_text == "x");
}

TEST_CASE("conversation: the greeting comes first and once") {
  Guest guest;
  for (const auto type : {FrameType::result, FrameType::done, FrameType::quiesced}) {
    Guest other;
    CHECK_THROWS_WITH(other.says(type), ContainsSubstring("does not begin with HELLO"));
  }
  guest.greets();
  CHECK_THROWS_WITH(guest.greets(), ContainsSubstring("in a run"));
}

TEST_CASE("conversation: output does not wait for the agent's greeting") {
  Guest guest;
  guest.says(FrameType::out, "early");
  guest.says(FrameType::err, "too");
  guest.greets();
  CHECK(guest.sink.out_text == "early");
  CHECK(guest.conversation.state() == State::running);
}

TEST_CASE("conversation: an agent that leaves after its last words") {
  Guest guest;
  guest.greets();
  guest.says(FrameType::result, "r");
  guest.says(FrameType::done, R"({"exits":true})");
  CHECK(guest.conversation.state() == State::leaving);
  guest.says(FrameType::out, "bye");
  CHECK(guest.sink.out_text == "bye");
  SECTION("with a status") {
    guest.says(FrameType::exited, exit_payload(1, 120));
    CHECK(guest.conversation.state() == State::exited);
    CHECK(guest.conversation.has_result());
    CHECK(guest.conversation.agent_exit().status == 120);
  }
  SECTION("and says more than that") {
    CHECK_THROWS_WITH(guest.says(FrameType::result, "r"), ContainsSubstring("after DONE"));
    CHECK_THROWS_WITH(guest.says(FrameType::done, "{}"), ContainsSubstring("after DONE"));
  }
}

TEST_CASE("conversation: an agent that the guest had no memory for") {
  Guest guest;
  guest.greets();
  guest.says(FrameType::exited, exit_payload(3, 9));
  CHECK(guest.conversation.agent_exit().by_signal);
  CHECK(guest.conversation.agent_exit().out_of_memory);
  CHECK_FALSE(guest.conversation.has_result());
}

TEST_CASE("conversation: an error tells whether the code had begun") {
  const std::pair<const char*, bool> cases[] = {{R"({"message":"x","begun":false})", false},
                                                {R"({"message":"x","begun":true})", true},
                                                {R"({"message":"x"})", true}};
  for (const auto& [payload, begun] : cases) {
    Guest guest;
    guest.greets();
    CHECK_THROWS_WITH(guest.says(FrameType::error, payload),
                      ContainsSubstring("the guest's agent: x"));
    CHECK(guest.conversation.may_have_begun() == begun);
  }
}

TEST_CASE("conversation: greetings that are none") {
  for (const auto* text : {"", "[]", "null", "{", "\xff"}) {
    Guest guest;
    CHECK_THROWS_WITH(guest.says(FrameType::guest_hello, text),
                      ContainsSubstring("not a JSON object"));
  }
  for (const auto* text :
       {"{}", R"({"protocol":1})", R"({"protocol":"2"})", R"({"protocol":null})"}) {
    Guest guest;
    CHECK_THROWS_WITH(guest.says(FrameType::guest_hello, text),
                      ContainsSubstring("speaks protocol"));
  }
  Guest guest;
  CHECK_THROWS_WITH(guest.says(FrameType::guest_hello, R"({"protocol":3,"agent":1})"),
                    ContainsSubstring("'agent' is not text"));
}

TEST_CASE("conversation: another protocol is told with what to do") {
  Guest guest;
  try {
    guest.says(FrameType::guest_hello, R"({"protocol":1})");
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK_THAT(error.what(), ContainsSubstring("speaks protocol 1"));
    CHECK_THAT(error.hint(), ContainsSubstring("dhg vm prepare"));
  }
}

TEST_CASE("conversation: what follows the end belongs to the next request") {
  for (const auto end : {FrameType::done, FrameType::quiesced}) {
    Guest guest;
    guest.greets();
    guest.says(end);
    guest.says(FrameType::out, "x"); // a daemon thread that prints on
    CHECK(guest.conversation.state() == State::done);
    CHECK(guest.sink.out_text.empty());
    guest.conversation.next_request();
    guest.says(FrameType::done);
    CHECK(guest.conversation.state() == State::done);
    CHECK(guest.sink.out_text == "x");
  }
}

TEST_CASE("conversation: the agent's death after the end does not undo the result") {
  Guest guest;
  guest.greets();
  guest.says(FrameType::result, "{}");
  guest.says(FrameType::done);
  guest.says(FrameType::exited, exit_payload(1, 7));
  CHECK(guest.conversation.state() == State::done);
}

TEST_CASE("conversation: the agent's end, at any time") {
  Guest guest;
  SECTION("before its greeting") {}
  SECTION("in a run") { guest.greets(); }
  guest.says(FrameType::exited, exit_payload(1, 7));
  CHECK(guest.conversation.state() == State::exited);
  CHECK_FALSE(guest.conversation.agent_exit().by_signal);
  CHECK(guest.conversation.agent_exit().status == 7);
}

TEST_CASE("conversation: killed by a signal") {
  Guest guest;
  guest.greets();
  guest.says(FrameType::exited, exit_payload(2, 9));
  CHECK(guest.conversation.agent_exit().by_signal);
  CHECK(guest.conversation.agent_exit().status == 9);
}

TEST_CASE("conversation: ends of the agent that are not possible") {
  for (const auto& payload :
       {exit_payload(1, -1), exit_payload(1, 256), exit_payload(2, 0), exit_payload(2, 65),
        exit_payload(2, -9), exit_payload(0, 0), exit_payload(3, 0), exit_payload(4, 9),
        exit_payload(1, INT32_MIN), std::string(), std::string(4, '\1'), std::string(6, '\1')}) {
    Guest guest;
    CHECK_THROWS_AS(guest.says(FrameType::exited, payload), Error);
  }
}

TEST_CASE("conversation: the agent's own error") {
  Guest guest;
  SECTION("before its greeting") {}
  SECTION("in a run") { guest.greets(); }
  CHECK_THROWS_WITH(guest.says(FrameType::error, R"({"message":"no channel"})"),
                    ContainsSubstring("no channel"));
  CHECK_THROWS_WITH(guest.says(FrameType::error, R"({"message":1})"),
                    ContainsSubstring("not text"));
}

TEST_CASE("conversation: a long message is cut between two characters") {
  Guest guest;
  std::string message(999, 'a');
  for (int i = 0; i < 100; ++i) message += "\u00e4";
  try {
    guest.says(FrameType::error, nlohmann::json{{"message", message}}.dump());
    FAIL("accepted");
  } catch (const Error& error) {
    const std::string text = error.what();
    CHECK_NOTHROW(nlohmann::json(text).dump());
    CHECK(text.size() < 1050);
  }
}

TEST_CASE("conversation: output has a limit, both streams together") {
  Guest guest;
  guest.greets();
  guest.says(FrameType::out, std::string(600, 'x'));
  guest.says(FrameType::err, std::string(400, 'x'));
  CHECK_THROWS_WITH(guest.says(FrameType::err, "x"), ContainsSubstring("more than 1000 bytes"));
  CHECK(guest.sink.err_text.size() == 400);
}

TEST_CASE("conversation: the result has a limit") {
  Guest guest;
  guest.greets();
  guest.says(FrameType::result, std::string(60, 'x'));
  guest.says(FrameType::result, std::string(40, 'x'));
  CHECK_THROWS_WITH(guest.says(FrameType::result, "x"), ContainsSubstring("larger than 100 bytes"));
}

TEST_CASE("conversation: phases that are none") {
  for (const auto* body : {R"({"phases":[]})", R"({"phases":{"a":-1}})", R"({"phases":{"a":1.5}})",
                           R"({"phases":{"a":"1"}})", R"({"phases":{"a":18446744073709551615}})",
                           R"({"phases":{"a":9223372036854775807}})", R"({"skipped":{}})",
                           R"({"skipped":[1]})", "[]", "1", ""}) {
    Guest guest;
    guest.greets();
    CHECK_THROWS_AS(guest.says(FrameType::done, body), Error);
  }
  nlohmann::json many;
  for (int i = 0; i < 33; ++i) many["phases"][std::to_string(i)] = 1;
  Guest guest;
  guest.greets();
  CHECK_THROWS_AS(guest.says(FrameType::done, many.dump()), Error);
}

TEST_CASE("conversation: the guest's clock") {
  Guest guest;
  guest.greets();
  guest.says(FrameType::done, R"({"clock":{"received_ns":5,"answered_ns":9}})");
  REQUIRE(guest.conversation.clock());
  CHECK(guest.conversation.clock()->received.count() == 5);
  CHECK(guest.conversation.clock()->answered.count() == 9);
  guest.conversation.next_request();
  CHECK_FALSE(guest.conversation.clock());
  for (const auto* body : {R"({"clock":1})", R"({"clock":{}})", R"({"clock":{"received_ns":5}})",
                           R"({"clock":{"received_ns":-5,"answered_ns":9}})",
                           R"({"clock":{"received_ns":5.5,"answered_ns":9}})",
                           R"({"clock":{"received_ns":5,"answered_ns":18446744073709551615}})"}) {
    Guest liar;
    liar.greets();
    CHECK_THROWS_AS(liar.says(FrameType::done, body), Error);
  }
}

TEST_CASE("conversation: deep nesting is no way to crash the host") {
  Guest guest;
  const std::string deep =
      R"({"phases":)" + std::string(16'000, '[') + std::string(16'000, ']') + "}";
  guest.greets();
  CHECK_THROWS_AS(guest.says(FrameType::done, deep), Error);
}

TEST_CASE("conversation: another request on the same connection") {
  Guest guest;
  CHECK_THROWS_AS(guest.conversation.next_request(), std::logic_error);
  guest.greets();
  CHECK_THROWS_AS(guest.conversation.next_request(), std::logic_error);
  guest.says(FrameType::result, "old");
  guest.says(FrameType::done, R"({"phases":{"run":1}})");
  guest.conversation.next_request();
  CHECK(guest.conversation.state() == State::running);
  CHECK(guest.conversation.result().empty());
  CHECK(guest.conversation.phases().empty());
  guest.says(FrameType::quiesced, R"({"skipped":["swap"]})");
  CHECK(guest.conversation.state() == State::done);
  CHECK(guest.conversation.skipped() == std::vector<std::string>{"swap"});

  // The next answer is told apart from this one.
  guest.conversation.next_request();
  guest.says(FrameType::quiesced, R"({"skipped":["swap"],"free_bytes":7})");
  CHECK(guest.conversation.skipped() == std::vector<std::string>{"swap"});
  CHECK(guest.conversation.free_bytes() == 7);
  guest.conversation.next_request();
  CHECK(guest.conversation.skipped().empty());
  CHECK(guest.conversation.free_bytes() == 0);
}
