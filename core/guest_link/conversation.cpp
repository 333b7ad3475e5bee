#include "guest_link/conversation.hpp"

#include "dhg/error.hpp"

#include <fmt/format.h>
#include <csignal>
#include <nlohmann/json.hpp>

namespace dhg::guest_link {
namespace {

using nlohmann::ordered_json; // phases are told in the order of the run

constexpr std::size_t kMaxPhases = 32;
constexpr std::size_t kMaxName = 200;
constexpr std::size_t kMaxMessage = 1000;
constexpr std::int64_t kMaxPhaseNs = INT64_C(1'000'000'000) * 60 * 60 * 24 * 365;

// A document is copied level by level, each a call deeper: the guest must not
// choose how many.
bool too_deep(int depth, ordered_json::parse_event_t /*event*/, ordered_json& /*parsed*/) {
  if (depth > 8) refuse("JSON nested too deeply");
  return true;
}

ordered_json parse_object(const Frame& frame, const char* what) {
  const auto* text = reinterpret_cast<const char*>(frame.payload.data());
  auto parsed = ordered_json::parse(text, text + frame.payload.size(), too_deep, false);
  if (!parsed.is_object()) refuse(fmt::format("{} is not a JSON object", what));
  return parsed;
}

// Cut between characters: what is shown later has to be UTF-8 still.
std::string shortened(std::string text, std::size_t most = kMaxName) {
  if (text.size() <= most) return text;
  auto end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  text.resize(end);
  return text;
}

std::string text_member(const ordered_json& object, const char* name, std::size_t most = kMaxName) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) refuse(fmt::format("'{}' is not text", name));
  return shortened(found->get<std::string>(), most);
}

std::optional<GuestTimes> parse_clock(const ordered_json& body) {
  const auto found = body.find("clock");
  if (found == body.end()) return std::nullopt;
  const auto moment = [&](const char* name) {
    const auto value = found->is_object() ? found->value(name, ordered_json()) : ordered_json();
    if (!value.is_number_unsigned() ||
        value.get<std::uint64_t>() > static_cast<std::uint64_t>(kMaxPhaseNs))
      refuse("'clock' tells no time");
    return std::chrono::nanoseconds(value.get<std::int64_t>());
  };
  return GuestTimes{moment("received_ns"), moment("answered_ns")};
}

AgentExit parse_exit(const Frame& frame) {
  if (frame.payload.size() != 5) refuse("an EXITED frame of the wrong size");
  const auto status = static_cast<std::int32_t>(read_number(std::span(frame.payload).subspan(1)));
  switch (std::to_integer<int>(frame.payload[0])) {
    case 1:
      if (status < 0 || status > 255) refuse(fmt::format("exit status {}", status));
      return {false, false, status};
    case 2:
    case 3:
      if (status < 1 || status >= NSIG) refuse(fmt::format("signal number {}", status));
      return {true, std::to_integer<int>(frame.payload[0]) == 3, status};
    default:
      refuse("an EXITED frame of an unknown kind");
  }
}

} // namespace

void Conversation::feed(std::span<const std::byte> bytes) {
  decoder_.feed(bytes);
  // What follows the end belongs to no request, or to the next.
  while (state_ != State::done && state_ != State::exited) {
    const auto frame = decoder_.next();
    if (!frame) break;
    handle(*frame);
  }
}

void Conversation::next_request() {
  if (state_ != State::done) throw std::logic_error("the exchange before is not over");
  state_ = State::running;
  output_bytes_ = 0;
  result_.clear();
  phases_.clear();
  clock_.reset();
  has_result_ = false;
  skipped_.clear();
  free_bytes_ = 0;
}

void Conversation::handle(const Frame& frame) {
  if (frame.type == FrameType::error) {
    const auto body = parse_object(frame, "ERROR");
    may_have_begun_ = body.value("begun", ordered_json(true)) != false;
    throw Error(Blame::environment,
                "the guest's agent: " + text_member(body, "message", kMaxMessage));
  }
  if (frame.type == FrameType::exited) {
    exit_ = parse_exit(frame);
    state_ = State::exited;
    return;
  }
  // Output comes from the guest's init, which does not wait for the agent's words.
  if (frame.type == FrameType::out || frame.type == FrameType::err) {
    count_output(frame.payload.size());
    return frame.type == FrameType::out ? sink_.out(frame.payload) : sink_.err(frame.payload);
  }
  if (frame.type == FrameType::stdin_taken) {
    if (frame.payload.size() != 4) refuse("a STDIN_TAKEN frame of the wrong size");
    const auto taken = read_number(frame.payload);
    input_news_.taken += taken;
    input_news_.refused = input_news_.refused || taken == 0;
    return;
  }
  if (state_ == State::greeting) return greet(frame);
  if (state_ == State::leaving) refuse("more than output after DONE");
  switch (frame.type) {
    case FrameType::result:
      if (frame.payload.size() > limits_.result - result_.size())
        throw Error(Blame::environment,
                    fmt::format("the result is larger than {} bytes", limits_.result),
                    "raise run.result_limit, or print less of it");
      result_.insert(result_.end(), frame.payload.begin(), frame.payload.end());
      break;
    case FrameType::done:
    case FrameType::quiesced:
      finish(frame);
      break;
    default:
      refuse(fmt::format("frame {:#x} in a run", static_cast<unsigned>(frame.type)));
  }
}

void Conversation::greet(const Frame& frame) {
  if (frame.type != FrameType::guest_hello) refuse("it does not begin with HELLO");
  const auto hello = parse_object(frame, "HELLO");
  const auto protocol = hello.value("protocol", ordered_json());
  if (protocol != kProtocolVersion)
    throw Error(Blame::environment,
                fmt::format("the guest speaks protocol {}, this dhg speaks {}",
                            protocol.dump().substr(0, 20), kProtocolVersion),
                "make the snapshot again with: dhg vm prepare");
  agent_version_ = text_member(hello, "agent");
  python_version_ = text_member(hello, "python");
  state_ = State::running;
}

void Conversation::finish(const Frame& frame) {
  const auto body = parse_object(frame, "the end of an answer");
  const auto phases = body.value("phases", ordered_json::object());
  if (!phases.is_object() || phases.size() > kMaxPhases)
    refuse("its phases are not a small object");
  for (const auto& [name, value] : phases.items()) {
    if (!value.is_number_integer() || value < 0 || value > kMaxPhaseNs)
      refuse("a phase is not a duration");
    phases_.emplace_back(shortened(name), std::chrono::nanoseconds(value.get<std::int64_t>()));
  }
  clock_ = parse_clock(body);
  const auto skipped = body.value("skipped", ordered_json::array());
  if (!skipped.is_array() || skipped.size() > kMaxPhases) refuse("'skipped' is not a short list");
  for (const auto& entry : skipped) {
    if (!entry.is_string()) refuse("'skipped' is not a list of texts");
    skipped_.push_back(shortened(entry.get<std::string>()));
  }
  const auto free_bytes = body.value("free_bytes", ordered_json(0U));
  if (!free_bytes.is_number_unsigned()) refuse("'free_bytes' is not a size");
  free_bytes_ = free_bytes.get<std::uint64_t>();
  has_result_ = frame.type == FrameType::done;
  state_ = body.value("exits", ordered_json(false)) == true ? State::leaving : State::done;
}

void Conversation::count_output(std::size_t bytes) {
  output_bytes_ += bytes;
  if (output_bytes_ > limits_.output)
    throw Error(Blame::environment,
                fmt::format("the program printed more than {} bytes", limits_.output),
                "raise run.output_limit, or print less");
}

} // namespace dhg::guest_link
