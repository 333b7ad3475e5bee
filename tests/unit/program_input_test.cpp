#include "run/exec/program_input.hpp"

#include "dhg/error.hpp"
#include "dhg/unique_fd.hpp"
#include "guest_link/frames.hpp"
#include "os/descriptors.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <catch2/catch_all.hpp>
#include <csignal>
#include <filesystem>

using namespace dhg;
using guest_link::kHeaderSize;
using guest_link::kInputWindow;
using run::ProgramInput;

namespace {

struct Source {
  Source() {
    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    reader.reset(ends[0]);
    writer.reset(ends[1]);
    fcntl(writer.get(), F_SETPIPE_SZ, 1 << 20);
  }
  void gives(const std::string& text) const {
    REQUIRE(write(writer.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  UniqueFd reader;
  UniqueFd writer;
};

// Sends all that is pending, and returns the payload of that frame.
std::string send_frame(ProgramInput& input) {
  const std::string frame(input.pending());
  REQUIRE(frame.size() >= kHeaderSize);
  CHECK(frame[4] == static_cast<char>(guest_link::FrameType::stdin));
  input.sent(frame.size());
  CHECK(input.pending().empty());
  return frame.substr(kHeaderSize);
}

} // namespace

TEST_CASE("program input: none") {
  const ProgramInput input(-1);
  CHECK(input.source() == -1);
  CHECK(input.pending().empty());
}

TEST_CASE("program input: what is read is sent, and then the end") {
  Source source;
  ProgramInput input(source.reader.get());
  CHECK(input.source() == source.reader.get());
  source.gives("one\n");
  input.read();
  CHECK(input.source() == -1); // until that is sent
  CHECK(send_frame(input) == "one\n");
  CHECK(input.source() == source.reader.get());
  source.writer.reset();
  input.read();
  CHECK(send_frame(input).empty());
  CHECK(input.source() == -1);
}

TEST_CASE("program input: a frame goes out in parts") {
  Source source;
  ProgramInput input(source.reader.get());
  source.gives("12345678");
  input.read();
  CHECK_FALSE(input.in_the_middle());
  input.sent(3);
  CHECK(input.in_the_middle());
  CHECK(input.pending().size() == kHeaderSize + 8 - 3);
  input.sent(kHeaderSize + 8 - 3);
  CHECK_FALSE(input.in_the_middle());
}

TEST_CASE("program input: no more than a window is under way") {
  Source source;
  ProgramInput input(source.reader.get());
  source.gives(std::string(kInputWindow + 10, 'x'));
  std::size_t sent = 0;
  while (input.source() >= 0) {
    input.read();
    sent += send_frame(input).size();
  }
  CHECK(sent == kInputWindow);
  input.note({4, false});
  REQUIRE(input.source() >= 0);
  input.read();
  CHECK(send_frame(input).size() == 4);
  CHECK(input.source() == -1);
}

TEST_CASE("program input: a guest that claims more than it had breaks the protocol") {
  Source source;
  ProgramInput input(source.reader.get());
  source.gives("abc");
  input.read();
  CHECK_THROWS_AS(input.note({4, false}), Error);
}

TEST_CASE("program input: where nobody reads any more, whoever writes learns it") {
  Source source;
  const int number = source.reader.get();
  ProgramInput input(number);
  source.gives("abc");
  input.read();
  (void)send_frame(input);
  input.note({0, true});
  CHECK(input.source() == -1);
  CHECK(os::is_null_device(number));
  signal(SIGPIPE, SIG_IGN);
  CHECK(write(source.writer.get(), "d", 1) == -1);
  CHECK(errno == EPIPE);
  signal(SIGPIPE, SIG_DFL);
}

TEST_CASE("program input: what another process has read is not waited for") {
  Source source; // readable a moment ago, and empty now
  ProgramInput input(source.reader.get());
  fcntl(source.reader.get(), F_SETFL, O_NONBLOCK); // for kernels that do not know RWF_NOWAIT here
  input.read();
  CHECK(input.pending().empty());
  CHECK(input.source() == source.reader.get());
}

TEST_CASE("program input: from a file, a socket and a closed descriptor") {
  const auto path = std::filesystem::temp_directory_path() / "dhg-program-input";
  const UniqueFd file(open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  std::filesystem::remove(path);
  REQUIRE(write(file.get(), "file", 4) == 4);
  REQUIRE(lseek(file.get(), 0, SEEK_SET) == 0);
  ProgramInput from_file(file.get());
  from_file.read();
  CHECK(send_frame(from_file) == "file");
  from_file.read();
  CHECK(send_frame(from_file).empty());

  int ends[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  const UniqueFd ours(ends[0]);
  const UniqueFd theirs(ends[1]);
  REQUIRE(write(theirs.get(), "socket", 6) == 6);
  ProgramInput from_socket(ours.get());
  from_socket.read();
  CHECK(send_frame(from_socket) == "socket");

  const UniqueFd written(open("/dev/null", O_WRONLY | O_CLOEXEC)); // cannot be read
  ProgramInput from_none(written.get());
  from_none.read();
  CHECK(send_frame(from_none).empty());
  CHECK(from_none.source() == -1);
}
