#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "init.h"

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

int main(void) {
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
  struct port port = open_port(uevents);
  close(uevents);
  run_agent(port);
}
