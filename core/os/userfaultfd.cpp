#include "os/userfaultfd.hpp"

#include "dhg/unique_fd.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace dhg::os::uffd {
namespace {

// `moved` is what the kernel left in the request: bytes, or -errno, or, when it
// gave up before it wrote anything, the 0 that we put there.
Result interpret(int ioctl_result, int error, std::int64_t moved, std::uint64_t wanted) noexcept {
  if (ioctl_result == 0) return {Status::done, wanted, 0};
  if (error == EAGAIN && moved > 0) return {Status::partial, static_cast<std::uint64_t>(moved), 0};
  switch (error) {
    case EAGAIN:
      return {Status::again, 0, error};
    case EEXIST:
      return {Status::exists, 0, error};
    case ESRCH:
      return {Status::gone, 0, error};
    case ENOENT:
      return {Status::absent, 0, error};
    default:
      return {Status::failed, 0, error};
  }
}

} // namespace

Result copy(int fd, std::uint64_t address, const std::byte* source, std::uint64_t length) noexcept {
  uffdio_copy request{};
  request.dst = address;
  request.src = reinterpret_cast<std::uint64_t>(source);
  request.len = length;
  const int result = ioctl(fd, UFFDIO_COPY, &request);
  return interpret(result, errno, request.copy, length);
}

Result zero(int fd, std::uint64_t address, std::uint64_t length) noexcept {
  uffdio_zeropage request{};
  request.range = {address, length};
  const int result = ioctl(fd, UFFDIO_ZEROPAGE, &request);
  return interpret(result, errno, request.zeropage, length);
}

void wake(int fd, std::uint64_t address, std::uint64_t length) noexcept {
  uffdio_range range{address, length};
  ioctl(fd, UFFDIO_WAKE, &range);
}

// A copy from where nothing can be read: the kernel looks for the mapping first.
bool is_registered(int fd, std::uint64_t address) noexcept {
  const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* nothing = mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (nothing == MAP_FAILED) return true; // then what comes will tell
  const auto result = copy(fd, address, static_cast<const std::byte*>(nothing), size);
  munmap(nothing, size);
  return result.status != Status::absent;
}

int read_events(int fd, std::span<uffd_msg> into) noexcept {
  const auto got = read(fd, into.data(), into.size_bytes());
  if (got < 0) return errno == EAGAIN || errno == EINTR ? 0 : -1;
  return static_cast<int>(static_cast<std::size_t>(got) / sizeof(uffd_msg));
}

bool is_userfaultfd(int fd) noexcept {
  char path[32];
  std::snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  char target[64];
  const auto length = readlink(path, target, sizeof target);
  constexpr char kName[] = "anon_inode:[userfaultfd]";
  return length == sizeof kName - 1 && std::memcmp(target, kName, sizeof kName - 1) == 0;
}

std::string why_not_permitted() {
  const UniqueFd direct(static_cast<int>(syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK)));
  if (direct) return {};
  if (errno == ENOSYS) return "this kernel has no userfaultfd";
  const UniqueFd device(open("/dev/userfaultfd", O_RDWR | O_CLOEXEC));
  if (device) return {};
  return "this user may not handle page faults with userfaultfd; as root: "
         "sysctl vm.unprivileged_userfaultfd=1, or give the user access to /dev/userfaultfd";
}

} // namespace dhg::os::uffd
