/* Preloaded into QEMU by the qemu launcher. QEMU cannot be told to take a guest's
 * memory from somebody else; this library sees it map the memory-backend-file,
 * known by device and inode, and maps something else in its place:
 *  - with DHG_HANDOFF_FILE: the snapshot's memory, private, so that the kernel
 *    serves the pages and the file cannot change;
 *  - without: anonymous memory, registered with a new userfaultfd.
 * Either way it reports the range on DHG_HANDOFF_SOCKET in the form of
 * Firecracker's handshake, the userfaultfd attached. QEMU keeps its own copy of
 * that descriptor open: were the last one closed, the guest would read zeros.
 *
 * Environment: descriptor numbers in DHG_HANDOFF_SOCKET, DHG_HANDOFF_TARGET (the
 * file that QEMU is told to map) and, for private mappings, DHG_HANDOFF_FILE. With
 * DHG_HANDOFF_EMPTY, the target is first replaced by that file: so what QEMU is told
 * to map can be one that cannot be mapped without this library.
 * Whatever goes wrong ends the process with a line on stderr. */

#include "dhg/handoff.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

#ifndef USERFAULTFD_IOC_NEW
#define USERFAULTFD_IOC_NEW _IO(0xAA, 0x00)
#endif

static int socket_fd = -1;
static int snapshot_fd = -1;
static dev_t target_device;
static ino_t target_inode;
static int substituted;

_Noreturn static void die(const char* what) {
  dprintf(STDERR_FILENO, "dhg handoff: %s: %s\n", what, strerror(errno));
  _exit(127);
}

static int descriptor(const char* name, int required) {
  const char* text = getenv(name);
  if (text == NULL) {
    if (!required) return -1;
    errno = EINVAL;
    die(name);
  }
  char* end = NULL;
  const long value = strtol(text, &end, 10);
  if (*text == '\0' || *end != '\0' || value < 0 || value > 1 << 20) {
    errno = EINVAL;
    die(name);
  }
  return (int)value;
}

__attribute__((constructor)) static void prepare(void) {
  socket_fd = descriptor("DHG_HANDOFF_SOCKET", 1);
  snapshot_fd = descriptor("DHG_HANDOFF_FILE", 0);
  const int target_fd = descriptor("DHG_HANDOFF_TARGET", 1);
  const int empty_fd = descriptor("DHG_HANDOFF_EMPTY", 0);
  if (empty_fd >= 0) {
    if (dup2(empty_fd, target_fd) < 0) die("DHG_HANDOFF_EMPTY");
    close(empty_fd);
    /* No seal that is of any effect: it tells the launcher that this was loaded. */
    if (fcntl(target_fd, F_ADD_SEALS, F_SEAL_SEAL) != 0) die("DHG_HANDOFF_EMPTY");
  }
  struct stat target;
  if (fstat(target_fd, &target) != 0) die("DHG_HANDOFF_TARGET");
  target_device = target.st_dev;
  target_inode = target.st_ino;
}

/* The system call; where it is not allowed, the device, whose file permissions
 * then decide. */
static int open_userfaultfd(void) {
  const int direct = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
  if (direct >= 0) return direct;
  const int device = open("/dev/userfaultfd", O_RDWR | O_CLOEXEC);
  if (device < 0) die("cannot create a userfaultfd");
  const int fd = ioctl(device, USERFAULTFD_IOC_NEW, O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) die("cannot create a userfaultfd");
  close(device);
  return fd;
}

static int register_memory(void* address, size_t length) {
  const int fd = open_userfaultfd();
  struct uffdio_api api = {.api = UFFD_API,
                           .features = UFFD_FEATURE_EVENT_REMOVE | UFFD_FEATURE_THREAD_ID};
  if (ioctl(fd, UFFDIO_API, &api) != 0) die("UFFDIO_API");
  struct uffdio_register range = {.range = {.start = (uintptr_t)address, .len = length},
                                  .mode = UFFDIO_REGISTER_MODE_MISSING};
  if (ioctl(fd, UFFDIO_REGISTER, &range) != 0) die("UFFDIO_REGISTER");
  return fd;
}

static void report(const void* address, size_t length, off_t offset, int userfaultfd) {
  char text[1 + DHG_HANDOFF_REGION_BYTES + 1] = "[";
  const uint64_t page_size = (uint64_t)sysconf(_SC_PAGESIZE);
  int size =
      1 + dhg_handoff_region(text + 1, (uintptr_t)address, length, (uint64_t)offset, page_size);
  text[size++] = ']';
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int))];
  } control;
  memset(&control, 0, sizeof control);
  struct iovec data = {text, (size_t)size};
  struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};
  if (userfaultfd >= 0) {
    message.msg_control = control.space;
    message.msg_controllen = sizeof control.space;
    struct cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &userfaultfd, sizeof(int));
  }
  if (sendmsg(socket_fd, &message, MSG_NOSIGNAL) != size) die("cannot send the handshake");
  close(socket_fd);
}

static int is_target(int fd) {
  if (fd < 0 || target_inode == 0) return 0; /* 0: not prepared yet */
  struct stat info;
  return fstat(fd, &info) == 0 && info.st_dev == target_device && info.st_ino == target_inode;
}

static void* substitute(void* address, size_t length, int prot, int flags, off_t offset) {
  if (substituted++ != 0) {
    errno = EEXIST;
    die("the guest's memory was mapped a second time");
  }
  const int placement = flags & (MAP_FIXED | MAP_FIXED_NOREPLACE);
  const int from_file = snapshot_fd >= 0;
  void* memory =
      (void*)syscall(SYS_mmap, address, length, prot,
                     placement | MAP_PRIVATE | MAP_NORESERVE | (from_file ? 0 : MAP_ANONYMOUS),
                     from_file ? snapshot_fd : -1, from_file ? offset : 0);
  if (memory == MAP_FAILED) die("cannot map the guest's memory");
  report(memory, length, offset, from_file ? -1 : register_memory(memory, length));
  return memory;
}

EXPORT void* mmap64(void* address, size_t length, int prot, int flags, int fd, off64_t offset) {
  if (is_target(fd)) return substitute(address, length, prot, flags, offset);
  return (void*)syscall(SYS_mmap, address, length, prot, flags, fd, offset);
}

EXPORT void* mmap(void* address, size_t length, int prot, int flags, int fd, off_t offset) {
  return mmap64(address, length, prot, flags, fd, offset);
}
