#include "run/exec/output.hpp"

#include "standard_output.hpp"

#include <catch2/catch_all.hpp>
#include <csignal>

using namespace dhg;
using run::CaptureSink;
using run::StreamSink;

namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

} // namespace

TEST_CASE("output: what is captured is what came, by stream") {
  CaptureSink sink;
  sink.out(bytes_of("a"));
  sink.err(bytes_of("e"));
  sink.out(bytes_of(std::string_view("\0b", 2)));
  CHECK(sink.out_text() == std::string("a\0b", 3));
  CHECK(sink.err_text() == "e");
  CHECK_FALSE(sink.pending(STDOUT_FILENO));
  CHECK_FALSE(sink.full());
}

TEST_CASE("output: whether stdout is whole lines") {
  StreamSink sink;
  CHECK(sink.out_is_at_line_start());
  sink.out(bytes_of("a\nb"));
  CHECK_FALSE(sink.out_is_at_line_start());
  sink.err(bytes_of("\n"));
  sink.out(bytes_of(""));
  CHECK_FALSE(sink.out_is_at_line_start());
  sink.out(bytes_of("\n"));
  CHECK(sink.out_is_at_line_start());
}

TEST_CASE("output: passed on in order, a part at a time") {
  const std::string text(20'000, 'x');
  StreamSink sink;
  CHECK_FALSE(sink.pending(STDOUT_FILENO));
  sink.out(bytes_of(text));
  sink.out(bytes_of("end"));
  CHECK(sink.pending(STDOUT_FILENO));
  CHECK_FALSE(sink.pending(STDERR_FILENO));
  std::string received;
  bool pumped = true;
  {
    const fakes::StandardOutput standard_output;
    while (pumped && sink.pending(STDOUT_FILENO)) {
      pumped = sink.pump(STDOUT_FILENO);
      received += standard_output.read_some();
    }
  }
  CHECK(pumped);
  CHECK(received == text + "end");
}

TEST_CASE("output: full when much is waiting, until it is written") {
  StreamSink sink;
  sink.err(bytes_of(std::string(600'000, 'x')));
  CHECK_FALSE(sink.full());
  sink.out(bytes_of(std::string(600'000, 'x')));
  CHECK(sink.full());
  {
    const fakes::StandardOutput standard_output;
    while (sink.pending(STDOUT_FILENO) && sink.pump(STDOUT_FILENO))
      (void)standard_output.read_some();
  }
  CHECK_FALSE(sink.full());
}

TEST_CASE("output: a reader that is gone is told") {
  const auto before = signal(SIGPIPE, SIG_IGN);
  StreamSink sink;
  sink.out(bytes_of("x"));
  bool pumped = true;
  {
    fakes::StandardOutput standard_output;
    standard_output.close_reader();
    pumped = sink.pump(STDOUT_FILENO);
  }
  signal(SIGPIPE, before);
  CHECK_FALSE(pumped);
}
