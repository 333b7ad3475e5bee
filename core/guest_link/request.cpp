#include "guest_link/request.hpp"

#include "dhg/error.hpp"
#include "guest_link/frames.hpp"
#include "os/random.hpp"

#include <fmt/format.h>
#include <array>
#include <cstddef>
#include <ctime>
#include <nlohmann/json.hpp>

namespace dhg::guest_link {
namespace {

using nlohmann::json;

std::string fresh_entropy() {
  std::array<std::byte, 64> bytes;
  os::fill_randomly(bytes);
  std::string hex;
  for (const auto b : bytes) hex += fmt::format("{:02x}", std::to_integer<unsigned>(b));
  return hex;
}

std::int64_t realtime_ns() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

const char* to_string(ProgramKind kind) {
  switch (kind) {
    case ProgramKind::command:
      return "command";
    case ProgramKind::script:
      return "script";
    case ProgramKind::stdin:
      return "stdin";
  }
  return "command";
}

const char* to_string(WantedValue value) {
  switch (value) {
    case WantedValue::none:
      return "none";
    case WantedValue::expression:
      return "expression";
    case WantedValue::last:
      return "last";
  }
  return "none";
}

} // namespace

std::string encode_hello() {
  std::string out;
  append_frame(out, FrameType::host_hello, json{{"protocol", kProtocolVersion}}.dump());
  return out;
}

std::string encode_run(const RunRequest& request) {
  std::string out;
  append_chunked(out, FrameType::code, request.code);
  append_chunked(out, FrameType::channel, request.guest_half);
  json run{{"channel", request.channel},
           {"filename", request.filename},
           {"argv", request.argv},
           {"now_ns", request.renew_clone ? realtime_ns() : 0},
           {"entropy", request.renew_clone ? fresh_entropy() : ""},
           {"show_tables", request.show_tables},
           {"table_meta", request.table_meta},
           {"kind", to_string(request.kind)},
           {"value", to_string(request.value)},
           {"hold_updates", request.hold_updates},
           {"last", request.last},
           {"stdin", request.has_stdin}};
  if (request.seed) run["seed"] = *request.seed;
  for (const auto& [name, value] : request.environment) run["env"][name] = value;
  std::string text;
  try {
    text = run.dump();
  } catch (const json::exception&) {
    throw Error(Blame::usage,
                "the program's name, an argument or a variable of its environment is not UTF-8");
  }
  if (text.size() > kMaxPayloadToGuest)
    throw Error(Blame::usage, fmt::format("the arguments and the environment have {} bytes; at "
                                          "most {} are allowed",
                                          text.size(), kMaxPayloadToGuest));
  append_frame(out, FrameType::run, text);
  return out;
}

std::string encode_setup(const SetupRequest& request) {
  std::string out;
  append_frame(out, FrameType::setup,
               json{{"executor", request.executor},
                    {"jvm_args", request.jvm_args},
                    {"modules", request.modules}}
                   .dump());
  return out;
}

std::string encode_interrupt() {
  std::string out;
  append_frame(out, FrameType::interrupt, {});
  return out;
}

std::string encode_quiesce(std::uint64_t scrub_bytes) {
  std::string out;
  append_frame(out, FrameType::quiesce, json{{"scrub_bytes", scrub_bytes}}.dump());
  return out;
}

} // namespace dhg::guest_link
