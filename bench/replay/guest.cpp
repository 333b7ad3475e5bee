#include "guest.hpp"

#include "dhg/error.hpp"
#include "dhg/handoff.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>

namespace dhg::bench {

std::vector<Access> read_recording(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::vector<Access> result;
  if (!std::getline(file, line) || line != "dhg fault recording 1")
    throw Error(Blame::usage, fmt::format("'{}' is not a recording of faults", path),
                "make one with: dhg exec --vm --set page_server.record=/absolute/file ...");
  char kind = 0;
  for (Access access; file >> access.offset >> kind && file.ignore(32, '\n');) {
    access.write = kind == 'w';
    result.push_back(access);
  }
  if (result.empty()) throw Error(Blame::usage, fmt::format("'{}' holds no faults", path));
  return result;
}

GuestMemoryStandIn::GuestMemoryStandIn(std::uint64_t bytes)
    : bytes_(bytes),
      userfaultfd_(static_cast<int>(syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK))) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw system_error(errno, "cannot map memory");
  memory_ = static_cast<char*>(memory);
  uffdio_api api{};
  api.api = UFFD_API;
  api.features = UFFD_FEATURE_EVENT_REMOVE | UFFD_FEATURE_THREAD_ID;
  uffdio_register range{};
  range.range = {address(), bytes};
  range.mode = UFFDIO_REGISTER_MODE_MISSING;
  if (!userfaultfd_ || ioctl(userfaultfd_.get(), UFFDIO_API, &api) != 0 ||
      ioctl(userfaultfd_.get(), UFFDIO_REGISTER, &range) != 0)
    throw system_error(errno, "cannot use a userfaultfd");
}

GuestMemoryStandIn::~GuestMemoryStandIn() {
  // Unregistered first: a removal would wait for somebody to read of it.
  uffdio_range range{address(), bytes_};
  ioctl(userfaultfd_.get(), UFFDIO_UNREGISTER, &range);
  munmap(memory_, bytes_);
}

void GuestMemoryStandIn::hand_over(int socket) const {
  const HostRegion region{address(), {0, bytes_}};
  auto text = encode_handoff({&region, 1});
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  iovec data{text.data(), text.size()};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  auto* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  const int fd = userfaultfd_.get();
  std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  if (sendmsg(socket, &message, MSG_NOSIGNAL) < 0)
    throw system_error(errno, "cannot send the handshake");
}

std::vector<double> GuestMemoryStandIn::touch(const std::vector<Access>& accesses) const {
  using Clock = std::chrono::steady_clock;
  std::vector<double> result;
  result.reserve(accesses.size());
  for (const auto& access : accesses) {
    volatile char* byte = memory_ + access.offset;
    const auto begin = Clock::now();
    const char value = *byte;
    if (access.write) *byte = value;
    result.push_back(std::chrono::duration<double, std::nano>(Clock::now() - begin).count());
  }
  return result;
}

} // namespace dhg::bench
