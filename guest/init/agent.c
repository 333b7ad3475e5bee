#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init.h"

static const char kPortName[] = "org.deephaven.dhg";
static const char kPorts[] = "/sys/class/virtio-ports";
enum { AGENT_PORT_FD = 3 };

static char port_path[PATH_MAX];

static bool has_our_name(const char* entry) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/%s/name", kPorts, entry);
  FILE* file = fopen(path, "re");
  if (file == NULL) return false; // a port gets its name after its directory
  char name[64] = "";
  bool ours = fgets(name, sizeof name, file) != NULL;
  fclose(file);
  name[strcspn(name, "\n")] = '\0';
  return ours && strcmp(name, kPortName) == 0;
}

static bool port_is_there(void) {
  DIR* ports = opendir(kPorts);
  if (ports == NULL) return false;
  bool found = false;
  for (struct dirent* entry; !found && (entry = readdir(ports)) != NULL;) {
    if (entry->d_name[0] == '.' || !has_our_name(entry->d_name)) continue;
    snprintf(port_path, sizeof port_path, "/dev/%s", entry->d_name);
    found = true;
  }
  closedir(ports);
  return found;
}

int open_port(int uevents) {
  uevent_wait(uevents, "virtio-serial port org.deephaven.dhg", port_is_there);
  int port = open(port_path, O_RDWR | O_CLOEXEC);
  if (port < 0) fail(port_path, NULL);
  return port;
}

static void set_oom_score(const char* score) {
  int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, score, strlen(score)) < 0) fail("/proc/self/oom_score_adj", NULL);
  close(fd);
}

_Noreturn static void become_agent(int port) {
  static char* const argv[] = {"/usr/bin/python3", "-I", "/run/dhg/agent/main.py",
                               "--port-fd",        "3",  NULL};
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
  // The port is opened before the agent's descriptors are laid out, so it can
  // be 3 already; dup2 would then keep its close-on-exec flag.
  if (port == AGENT_PORT_FD) {
    if (fcntl(port, F_SETFD, 0) != 0) fail("the agent's port", NULL);
  } else if (dup2(port, AGENT_PORT_FD) < 0) {
    fail("the agent's port", NULL);
  }
  int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (null < 0 || dup2(null, STDIN_FILENO) < 0) fail("/dev/null", NULL);
  if (chdir("/root") != 0) fail("/root", NULL);
  execve(argv[0], argv, environment);
  fail(argv[0], NULL);
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

_Noreturn void run_agent(int port) {
  set_oom_score("-1000");
  const pid_t agent = fork();
  if (agent < 0) fail("starting the agent", NULL);
  if (agent == 0) become_agent(port);

  for (;;) {
    int status = 0;
    const pid_t ended = waitpid(-1, &status, 0);
    if (ended < 0 && errno != EINTR) fail("waiting for the agent", NULL);
    if (ended != agent) continue;
    // What the agent left behind must be gone, so that this frame is the last.
    kill(-1, SIGKILL);
    while (waitpid(-1, NULL, 0) > 0) {
    }
    report_exit(port, status);
    end_machine();
  }
}
