// The part of init that stands between a host and an agent, outside a machine.
//
// relay (port|listen) FD COMMAND...
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init.h"

_Noreturn void fail(const char* what, const char* why) {
  dprintf(STDERR_FILENO, "relay: %s: %s\n", what, why != NULL ? why : strerror(errno));
  _exit(1);
}

int main(int argc, char** argv) {
  extern char** environ;
  if (argc < 4) fail("arguments", "too few");
  const struct port port = {.fd = atoi(argv[2]), .listens = strcmp(argv[1], "listen") == 0};
  relay(port, start_agent(argv + 3, environ, NULL));
  return 0;
}
