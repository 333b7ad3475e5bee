#include "vsock.hpp"

#include "watched_stream.hpp"

#include <fmt/format.h>
#include <string>

namespace dhg_firecracker {
namespace {

using dhg::Blame;
using dhg::Error;

constexpr std::size_t kLongestAnswer = sizeof "OK 4294967295";

[[noreturn]] void refuse(const std::string& answer) {
  throw Error(Blame::environment, fmt::format("Firecracker answers 'CONNECT' with '{}'", answer));
}

// Byte by byte: what follows the line is the guest's. @return empty at the end of the stream
std::string read_line(WatchedStream& stream) {
  std::string line;
  for (char byte = 0; stream.read(&byte, 1) == 1; line += byte) {
    if (byte == '\n') return line;
    if (line.size() == kLongestAnswer) refuse(line);
  }
  return {};
}

// @return empty if nobody listens
dhg::UniqueFd try_port(dhg::UniqueFd socket, unsigned port, int vmm, dhg::Deadline deadline) {
  WatchedStream stream(std::move(socket), vmm);
  stream.set_deadline(deadline);
  const auto request = fmt::format("CONNECT {}\n", port);
  std::string answer;
  try {
    if (stream.write(request.data(), request.size()) != request.size()) return {};
    answer = read_line(stream);
  } catch (const TimedOut&) {
    throw Error(Blame::environment, "the guest's agent cannot be reached: no answer on its vsock");
  }
  if (answer.empty()) return {};
  if (!answer.starts_with("OK ")) refuse(answer);
  return stream.release();
}

} // namespace

dhg::UniqueFd connect_vsock(const std::filesystem::path& socket, unsigned port, int vmm,
                            std::chrono::milliseconds pause, dhg::Deadline deadline) {
  for (;;) {
    if (auto end = try_connect(socket))
      if (auto agent = try_port(std::move(end), port, vmm, deadline)) return agent;
    if (!sleep_while_alive(vmm, pause)) throw FirecrackerEnded();
    if (deadline <= std::chrono::steady_clock::now())
      throw Error(Blame::environment,
                  fmt::format("the guest's agent cannot be reached: nobody listens on vsock port "
                              "{} there",
                              port));
  }
}

} // namespace dhg_firecracker
