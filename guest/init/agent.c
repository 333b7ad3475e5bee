#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init.h"

enum { AGENT_PORT_FD = 3, AGENT_REPORT_FD = 4 };

static void set_oom_score(const char* score) {
  int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, score, strlen(score)) < 0) fail("/proc/self/oom_score_adj", NULL);
  close(fd);
}

// The descriptor becomes number `to` and is inherited.
static void place(int fd, int to) {
  if (fd == to) {
    if (fcntl(fd, F_SETFD, 0) != 0) fail("the agent's descriptors", NULL);
  } else if (dup2(fd, to) < 0) {
    fail("the agent's descriptors", NULL);
  }
}

// `report`: where the agent puts each connection that it accepts, for us to have it too.
_Noreturn static void become_agent(struct port port, int report) {
  static char* const serial[] = {"/usr/bin/python3", "-I", "/run/dhg/agent/main.py",
                                 "--port-fd",        "3",  NULL};
  static char* const listening[] = {"/usr/bin/python3",
                                    "-I",
                                    "/run/dhg/agent/main.py",
                                    "--listen-fd",
                                    "3",
                                    "--report-fd",
                                    "4",
                                    NULL};
  static char* const environment[] = {
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      "HOME=/root",
      "USER=root",
      "LOGNAME=root",
      "LANG=C.UTF-8",
      "TMPDIR=/tmp",
      NULL};
  setsid();
  set_oom_score("0");
  // Both may have each other's number: out of the way first.
  const int port_copy = fcntl(port.fd, F_DUPFD_CLOEXEC, AGENT_REPORT_FD + 1);
  const int report_copy = port.listens ? fcntl(report, F_DUPFD_CLOEXEC, AGENT_REPORT_FD + 1) : -1;
  if (port_copy < 0 || (port.listens && report_copy < 0)) fail("the agent's descriptors", NULL);
  place(port_copy, AGENT_PORT_FD);
  if (port.listens) place(report_copy, AGENT_REPORT_FD);
  int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (null < 0 || dup2(null, STDIN_FILENO) < 0) fail("/dev/null", NULL);
  if (chdir("/root") != 0) fail("/root", NULL);
  char* const* argv = port.listens ? listening : serial;
  execve(argv[0], argv, environment);
  fail(argv[0], NULL);
}

// The last connection that the agent accepted; -1 if there is none.
static int last_connection(int reports) {
  int last = -1;
  for (;;) {
    char byte;
    union {
      struct cmsghdr header;
      char space[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control.space,
                             .msg_controllen = sizeof control.space};
    if (recvmsg(reports, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) <= 0) return last;
    struct cmsghdr* header = CMSG_FIRSTHDR(&message);
    if (header == NULL || header->cmsg_type != SCM_RIGHTS) continue;
    if (last >= 0) close(last);
    memcpy(&last, CMSG_DATA(header), sizeof last);
  }
}

// A socket's write returns before the VMM has the bytes, and the reset could overtake
// them. The host that has read them has no more use for us, and ends the machine.
static void await_host(int host) {
  enum { CLOSED_MS = 2000 };
  char rest[4096];
  struct pollfd poller = {.fd = host, .events = POLLIN};
  while (poll(&poller, 1, CLOSED_MS) > 0 && read(host, rest, sizeof rest) > 0) {
  }
}

// The EXITED frame of docs/guest-protocol.md.
static void report_exit(int port, int status) {
  const bool killed = WIFSIGNALED(status);
  const uint32_t value = (uint32_t)(killed ? WTERMSIG(status) : WEXITSTATUS(status));
  uint8_t frame[8 + 5] = {[0] = 5, [4] = 0x87, [8] = killed ? 2 : 1};
  for (int i = 0; i < 4; ++i) frame[9 + i] = (uint8_t)(value >> (8 * i));
  // The write waits until the VMM has the frame, so that the reset cannot
  // overtake it; a host that no longer reads must not hold the machine.
  enum { WRITABLE_MS = 2000 };
  struct pollfd poller = {.fd = port, .events = POLLOUT};
  const int flags = fcntl(port, F_GETFL);
  if (flags < 0 || fcntl(port, F_SETFL, flags & ~O_NONBLOCK) != 0) fail("the agent's port", NULL);
  if (poll(&poller, 1, WRITABLE_MS) <= 0 || (poller.revents & POLLOUT) == 0) {
    fail("reporting the agent's end", "the host does not read");
  }
  if (write(port, frame, sizeof frame) != (ssize_t)sizeof frame) {
    fail("reporting the agent's end", NULL);
  }
}

_Noreturn void run_agent(struct port port) {
  set_oom_score("-1000");
  int reports[2] = {-1, -1};
  if (port.listens && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, reports) != 0) {
    fail("a socket pair", NULL);
  }
  const pid_t agent = fork();
  if (agent < 0) fail("starting the agent", NULL);
  if (agent == 0) become_agent(port, reports[1]);

  for (;;) {
    int status = 0;
    const pid_t ended = waitpid(-1, &status, 0);
    if (ended < 0 && errno != EINTR) fail("waiting for the agent", NULL);
    if (ended != agent) continue;
    // What the agent left behind must be gone, so that this frame is the last.
    kill(-1, SIGKILL);
    while (waitpid(-1, NULL, 0) > 0) {
    }
    const int host = port.listens ? last_connection(reports[0]) : port.fd;
    if (host >= 0) report_exit(host, status);
    if (port.listens && host >= 0) await_host(host);
    end_machine();
  }
}
