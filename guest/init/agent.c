#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "init.h"
#include "relay.h"

enum { AGENT_FRAMES_FD = 3 };

// The descriptor becomes number `to` and is inherited.
static void place(int fd, int to) {
  if (fd == to ? fcntl(fd, F_SETFD, 0) != 0 : dup2(fd, to) < 0)
    fail("the agent's descriptors", NULL);
}

// A copy that is in the way of none of the agent's numbers.
static int out_of_the_way(int fd) {
  const int copy = fcntl(fd, F_DUPFD_CLOEXEC, AGENT_FRAMES_FD + 1);
  if (copy < 0) fail("the agent's descriptors", NULL);
  return copy;
}

struct agent start_agent(char* const argv[], char* const environment[], void (*prepare)(void)) {
  int frames[2];
  int out[2];
  int err[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, frames) != 0) fail("a socket pair", NULL);
  if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) fail("a pipe", NULL);
  const pid_t pid = fork();
  if (pid < 0) fail("starting the agent", NULL);
  if (pid == 0) {
    setsid();
    if (prepare != NULL) prepare();
    const int console = out_of_the_way(STDERR_FILENO);
    const int own[3] = {out_of_the_way(out[1]), out_of_the_way(err[1]), out_of_the_way(frames[1])};
    for (int i = 0; i < 3; ++i) place(own[i], STDOUT_FILENO + i);
    execve(argv[0], argv, environment);
    const int why = errno;
    dup2(console, STDERR_FILENO);
    fail(argv[0], strerror(why));
  }
  close(frames[1]);
  close(out[1]);
  close(err[1]);
  for (int i = 0; i < 2; ++i) {
    const int fd = i == 0 ? out[0] : err[0];
    if (fcntl(fd, F_SETFL, O_NONBLOCK) != 0) fail("a pipe", NULL);
  }
  return (struct agent){.pid = pid, .frames = frames[0], .out = out[0], .err = err[0]};
}
