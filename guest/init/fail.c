#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init.h"

_Noreturn void end_machine(void) {
  reboot(RB_AUTOBOOT);
  // Only without the right to reboot: PID 1's end is a panic, and that reboots.
  _exit(1);
}

_Noreturn void fail(const char* what, const char* why) {
  dprintf(STDERR_FILENO, "dhg-init: %s: %s\n", what, why != NULL ? why : strerror(errno));
  end_machine();
}

void make_directory(const char* path) {
  if (mkdir(path, 0755) != 0 && errno != EEXIST) fail(path, NULL);
}

void mount_or_fail(const char* source, const char* target, const char* type, unsigned long flags,
                   const char* options) {
  if (mount(source, target, type, flags, options) == 0) return;
  char what[256];
  snprintf(what, sizeof what, "mounting %s (%s) on %s", source != NULL ? source : "-",
           type != NULL ? type : "bind", target);
  fail(what, NULL);
}
