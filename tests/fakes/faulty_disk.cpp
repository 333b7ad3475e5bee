#include "faulty_disk.hpp"

#include "dhg/error.hpp"
#include "installation.hpp"
#include "os/unix_socket.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>
#include <array>
#include <cerrno>

namespace dhg::fakes {

using namespace std::chrono_literals;

FaultyDisk::FaultyDisk(const std::filesystem::path& backing, std::uint64_t fail_from,
                       std::chrono::milliseconds delay) {
  const UniqueFd source(open(backing.c_str(), O_RDONLY | O_CLOEXEC));
  if (!source) throw system_error(errno, "cannot open the backing file");
  auto [ours, theirs] = os::socket_pair();
  control_ = std::move(ours);
  ProcessSpec spec{library_folder() / "dhg/conformance/dhg_faulty_disk", {}, {}, {}};
  spec.args = {std::to_string(fail_from), std::to_string(delay.count()),
               std::filesystem::temp_directory_path().string()};
  spec.descriptors = {{source.get(), 3}, {theirs.get(), 4}, {STDERR_FILENO, STDERR_FILENO}};
  process_ = std::make_unique<ChildProcess>(spec);
  theirs.reset();

  pollfd wait{control_.get(), POLLIN, 0};
  if (poll(&wait, 1, poll_timeout_ms(deadline_in(10s))) != 1)
    throw Error(Blame::environment, "the faulty disk does not answer");
  std::array<std::byte, 256> text;
  auto answer = os::receive_with_descriptors(control_.get(), text);
  if (answer.descriptors.size() == 1) {
    file_ = std::move(answer.descriptors.front());
  } else {
    why_not_.assign(reinterpret_cast<const char*>(text.data()), answer.bytes);
    if (why_not_.empty()) why_not_ = "it ended";
  }
}

std::filesystem::path FaultyDisk::path() const {
  return fmt::format("/proc/self/fd/{}", file_.get());
}

} // namespace dhg::fakes
