#include <errno.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "init.h"

// Emulated processors on a busy host are slow; the host has a deadline of its own.
enum { WAIT_MS = 30000 };

static long long now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int uevent_open(void) {
  int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
  struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = 1};
  if (fd < 0 || bind(fd, (struct sockaddr*)&address, sizeof address) != 0) {
    fail("listening for uevents", NULL);
  }
  return fd;
}

// What an event says does not matter, nor does a lost one (ENOBUFS): each is
// only a reason to look again.
static void drain(int fd) {
  char event[4096];
  while (recv(fd, event, sizeof event, 0) >= 0 || errno == ENOBUFS || errno == EINTR) {
  }
}

void uevent_wait(int uevents, const char* what, bool (*ready)(void)) {
  const long long deadline = now_ms() + WAIT_MS;
  while (!ready()) {
    const long long left = deadline - now_ms();
    struct pollfd poller = {.fd = uevents, .events = POLLIN};
    if (left <= 0 || poll(&poller, 1, (int)left) == 0) {
      fail(what, "did not appear in 30 s; is the device attached to the machine?");
    }
    drain(uevents);
  }
}
