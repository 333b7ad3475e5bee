/* The shortest restore of a snapshot that there is, as the measure for dhg: QEMU
 * started directly, memory mapped privately by QEMU itself, the control commands
 * sent blindly, one request, the first answer that says the run is over. Nothing
 * is checked, nothing is tidied up.
 *
 * usage: by_hand REQUEST_FILE QEMU [ARG ...]   (fd 3: QMP, 4: agent, 7: state) */

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const char commands[] =
    "{\"execute\":\"qmp_capabilities\"}"
    "{\"execute\":\"migrate-set-capabilities\",\"arguments\":{\"capabilities\":"
    "[{\"capability\":\"x-ignore-shared\",\"state\":true}]}}"
    "{\"execute\":\"migrate-incoming\",\"arguments\":{\"uri\":\"fd:7\"}}"
    "{\"execute\":\"cont\"}";

int main(int argc, char** argv) {
  int qmp[2], agent[2];
  static char buffer[1 << 20];
  if (argc < 3 || socketpair(AF_UNIX, SOCK_STREAM, 0, qmp) ||
      socketpair(AF_UNIX, SOCK_STREAM, 0, agent))
    return 1;
  const int request = open(argv[1], O_RDONLY);
  const ssize_t size = read(request, buffer, sizeof buffer);
  const pid_t child = vfork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(qmp[1], 3);
    dup2(agent[1], 4);
    execv(argv[2], argv + 2);
    _exit(127);
  }
  if (write(qmp[0], commands, sizeof commands - 1) < 0) return 1;
  static char text[1 << 16];
  size_t have = 0;
  while (strstr(text, "\"RESUME\"") == NULL) {
    const ssize_t got = read(qmp[0], text + have, sizeof text - have - 1);
    if (got <= 0) return 1;
    have += (size_t)got;
  }
  if (write(agent[0], buffer, (size_t)size) != size) return 1;
  have = 0;
  for (size_t at = 0;;) {
    const ssize_t got = read(agent[0], buffer + have, sizeof buffer - have);
    if (got <= 0) return 1;
    have += (size_t)got;
    for (uint32_t length; have >= at + 8; at += 8 + length) {
      memcpy(&length, buffer + at, 4);
      if (have < at + 8 + length) break;
      if (buffer[at + 4] == (char)0x82) fwrite(buffer + at + 8, 1, length, stdout);
      if (buffer[at + 4] == (char)0x85) {
        fflush(stdout);
        kill(child, SIGKILL);
        return waitpid(child, NULL, 0) != child;
      }
    }
  }
}
