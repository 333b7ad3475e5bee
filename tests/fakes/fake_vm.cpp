#include "fake_vm.hpp"

#include "dhg/error.hpp"
#include "installation.hpp"
#include "os/unix_socket.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cerrno>

namespace dhg::fakes {
namespace {

using namespace std::chrono_literals;

constexpr auto kAnswerLimit = 10s; // far above what any command takes, sanitizers included

UniqueFd report_file(std::uint64_t size) {
  UniqueFd fd(memfd_create("report", MFD_CLOEXEC));
  if (!fd || ftruncate(fd.get(), static_cast<off_t>(size)) != 0)
    throw system_error(errno, "cannot create the report");
  return fd;
}

} // namespace

FakeVm::FakeVm(const std::filesystem::path& memory, MemoryBacking backing,
               const std::vector<ByteRange>& regions, const std::vector<ByteRange>& present) {
  const UniqueFd file(open(memory.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) throw system_error(errno, "cannot open the memory file");
  const auto report = report_file(std::filesystem::file_size(memory));
  report_ = std::make_unique<os::MappedFile>(fmt::format("/proc/self/fd/{}", report.get()));
  auto [handoff, handoff_child] = os::socket_pair();
  auto [control, control_child] = os::socket_pair();
  handoff_ = std::move(handoff);
  control_ = std::move(control);

  ProcessSpec spec{library_folder() / "dhg/conformance/dhg_fake_vmm", {}, {}, {}};
  spec.args.emplace_back(backing == MemoryBacking::userfaultfd ? "uffd" : "private");
  for (const auto& region : regions)
    spec.args.push_back(fmt::format("{}:{}", region.offset, region.length));
  for (const auto& range : present)
    spec.args.push_back(fmt::format("+{}:{}", range.offset, range.length));
  spec.descriptors = {{handoff_child.get(), kHandshakeFd},
                      {control_child.get(), kControlFd},
                      {report.get(), kReportFd},
                      {file.get(), kMemoryFd},
                      {STDERR_FILENO, STDERR_FILENO}};
  process_ = std::make_unique<ChildProcess>(spec);
}

void FakeVm::send(const Command& command) const {
  if (::send(control_.get(), &command, sizeof command, MSG_NOSIGNAL) != sizeof command)
    throw system_error(errno, "the fake VMM takes no command");
}

std::optional<Reply> FakeVm::reply(std::chrono::milliseconds given) const {
  pollfd wait{control_.get(), POLLIN, 0};
  Reply reply;
  if (poll(&wait, 1, poll_timeout_ms(deadline_in(given + kAnswerLimit))) != 1) return std::nullopt;
  if (recv(control_.get(), &reply, sizeof reply, 0) != sizeof reply) return std::nullopt;
  return reply;
}

std::optional<Reply> FakeVm::run(const Command& command) const {
  send(command);
  return reply(std::chrono::milliseconds(command.milliseconds));
}

} // namespace dhg::fakes
