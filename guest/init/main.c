#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "init.h"
#include "relay.h"

static void open_console(void) {
  int console = open("/dev/console", O_RDWR | O_NOCTTY);
  if (console < 0) fail("/dev/console", NULL);
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (fd != console && dup2(console, fd) < 0) fail("/dev/console", NULL);
  }
  if (console > STDERR_FILENO) close(console);
}

static void name_host(void) {
  static const char name[] = "dhg";
  if (sethostname(name, sizeof name - 1) != 0) fail("setting the hostname", NULL);
}

static void raise_loopback(void) {
  int probe = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
  if (probe < 0 || ioctl(probe, SIOCSIFFLAGS, &request) != 0) fail("raising lo", NULL);
  close(probe);
}

static void set_oom_score(const char* score) {
  int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, score, strlen(score)) < 0) fail("/proc/self/oom_score_adj", NULL);
  close(fd);
}

// In the agent's process: what a program finds there.
static void prepare_agent(void) {
  set_oom_score("0");
  int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (null < 0 || dup2(null, STDIN_FILENO) < 0) fail("/dev/null", NULL);
  if (chdir("/root") != 0) fail("/root", NULL);
}

int main(void) {
  static char* const argv[] = {"/usr/bin/python3", "/run/dhg/agent/main.py", NULL};
  static char* const environment[] = {
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      "HOME=/root",
      "USER=root",
      "LOGNAME=root",
      "LANG=C.UTF-8",
      "TMPDIR=/tmp",
      NULL};
  if (getpid() != 1) {
    fputs("dhg-init: it must be the first process of a machine\n", stderr);
    return 1;
  }
  mount_kernel_filesystems();
  open_console();
  int uevents = uevent_open();
  load_modules();
  enter_image(uevents);
  name_host();
  raise_loopback();
  const struct port port = open_port(uevents);
  close(uevents);
  set_oom_score("-1000");
  relay(port, start_agent(argv, environment, prepare_agent));
  end_machine();
}
