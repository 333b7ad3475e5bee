// A file system with one file, served by FUSE in a mount namespace of its own, so
// that it is gone with this process. Sends the open file on descriptor 4, or why
// there is none; shows the file on descriptor 3.
//
//     dhg_faulty_disk FAIL_FROM DELAY_MS FOLDER

#include <fcntl.h>
#include <linux/fuse.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr int kBacking = 3;
constexpr int kControl = 4;
constexpr std::uint64_t kFileNode = 2;
constexpr std::uint64_t kForever = 1'000'000;

std::uint64_t fail_from = 0;
useconds_t delay_us = 0;
struct stat backing;

[[noreturn]] void give_up(const char* what) {
  const auto text = std::string(what) + ": " + std::strerror(errno);
  (void)!send(kControl, text.data(), text.size(), MSG_NOSIGNAL);
  std::_Exit(1);
}

void write_file(const char* path, const std::string& text) {
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    give_up(path);
  close(fd);
}

// Its own user namespace where it is allowed, which needs no privilege.
void enter_namespaces() {
  const auto uid = getuid();
  const auto gid = getgid();
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0) {
    write_file("/proc/self/setgroups", "deny");
    write_file("/proc/self/uid_map", std::to_string(uid) + " " + std::to_string(uid) + " 1");
    write_file("/proc/self/gid_map", std::to_string(gid) + " " + std::to_string(gid) + " 1");
  } else if (unshare(CLONE_NEWNS) != 0) {
    give_up("no mount namespace");
  }
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) give_up("no private mounts");
}

int mount_at(const std::string& folder) {
  const int device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
  if (device < 0) give_up("/dev/fuse");
  const auto options = "fd=" + std::to_string(device) +
                       ",rootmode=40000,user_id=" + std::to_string(getuid()) +
                       ",group_id=" + std::to_string(getgid());
  if (mount("dhg-faulty-disk", folder.c_str(), "fuse", MS_NOSUID | MS_NODEV, options.c_str()) != 0)
    give_up("cannot mount FUSE");
  return device;
}

void answer(int device, std::uint64_t unique, int error, const void* data, std::size_t size) {
  std::vector<char> message(sizeof(fuse_out_header) + size);
  fuse_out_header header{};
  header.len = static_cast<std::uint32_t>(message.size());
  header.error = -error;
  header.unique = unique;
  std::memcpy(message.data(), &header, sizeof header);
  if (size > 0) std::memcpy(message.data() + sizeof header, data, size);
  // The one who asked may be gone: nothing to do about that.
  (void)!write(device, message.data(), message.size());
}

template <class Body>
void answer(int device, std::uint64_t unique, const Body& body) {
  answer(device, unique, 0, &body, sizeof body);
}

fuse_attr attributes(std::uint64_t node) {
  fuse_attr result{};
  result.ino = node;
  result.mode = node == kFileNode ? S_IFREG | 0600U : S_IFDIR | 0700U;
  result.nlink = 1;
  result.uid = getuid();
  result.gid = getgid();
  result.blksize = 4096;
  if (node == kFileNode) {
    result.size = static_cast<std::uint64_t>(backing.st_size);
    result.blocks = result.size / 512;
  }
  return result;
}

void answer_read(int device, std::uint64_t unique, const fuse_read_in& request) {
  usleep(delay_us);
  // All or nothing: what is short would be taken for the end of the file.
  if (request.offset + request.size > fail_from) return answer(device, unique, EIO, nullptr, 0);
  std::vector<char> data(request.size);
  const auto got = pread(kBacking, data.data(), data.size(), static_cast<off_t>(request.offset));
  if (got < 0) return answer(device, unique, errno, nullptr, 0);
  answer(device, unique, 0, data.data(), static_cast<std::size_t>(got));
}

void handle(int device, const fuse_in_header& header, const char* body) {
  switch (header.opcode) {
    case FUSE_INIT: {
      fuse_init_out out{};
      out.major = FUSE_KERNEL_VERSION;
      out.minor = FUSE_KERNEL_MINOR_VERSION;
      out.max_readahead = 128 * 1024;
      out.max_write = 4096;
      return answer(device, header.unique, out);
    }
    case FUSE_LOOKUP: {
      fuse_entry_out out{};
      out.nodeid = kFileNode;
      out.entry_valid = out.attr_valid = kForever;
      out.attr = attributes(kFileNode);
      return answer(device, header.unique, out);
    }
    case FUSE_GETATTR: {
      fuse_attr_out out{};
      out.attr_valid = kForever;
      out.attr = attributes(header.nodeid);
      return answer(device, header.unique, out);
    }
    case FUSE_OPEN: {
      fuse_open_out out{};
      return answer(device, header.unique, out);
    }
    case FUSE_READ: {
      fuse_read_in request{};
      std::memcpy(&request, body, sizeof request);
      return answer_read(device, header.unique, request);
    }
    case FUSE_FORGET:
    case FUSE_BATCH_FORGET:
    case FUSE_INTERRUPT:
      return; // no answer is expected
    case FUSE_RELEASE:
      return answer(device, header.unique, 0, nullptr, 0);
    default: // FUSE_FLUSH too, which is never asked again then
      return answer(device, header.unique, ENOSYS, nullptr, 0);
  }
}

[[noreturn]] void serve(int device) {
  alignas(8) std::array<char, 128UL * 1024> buffer;
  for (;;) {
    const auto got = read(device, buffer.data(), buffer.size());
    if (got < 0 && (errno == EINTR || errno == ENOENT || errno == EAGAIN)) continue;
    if (got < static_cast<ssize_t>(sizeof(fuse_in_header))) std::_Exit(0);
    fuse_in_header header{};
    std::memcpy(&header, buffer.data(), sizeof header);
    handle(device, header, buffer.data() + sizeof header);
  }
}

void send_file(int file) {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  char text = '.';
  iovec data{&text, 1};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  auto* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(header), &file, sizeof file);
  if (sendmsg(kControl, &message, MSG_NOSIGNAL) != 1) give_up("cannot send the file");
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 4 || fstat(kBacking, &backing) != 0) give_up("wrong arguments");
  fail_from = std::strtoull(argv[1], nullptr, 10);
  delay_us = static_cast<useconds_t>(std::strtoul(argv[2], nullptr, 10) * 1000);
  enter_namespaces();
  const int device = mount_at(argv[3]);
  std::thread([device] { serve(device); }).detach();
  const int file = open((std::string(argv[3]) + "/memory").c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) give_up("cannot open the file");
  send_file(file);
  // While it can still be answered: a process that dies cannot answer itself.
  close(file);
  // Until the one who asked for it is gone.
  char end = 0;
  while (read(kControl, &end, 1) < 0 && errno == EINTR) {
  }
  std::_Exit(0);
}
