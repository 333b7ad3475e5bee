#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "init.h"
#include "relay.h"

enum { LAST_FD = 4 }; // of the agent's

// The descriptor becomes number `to` and is inherited.
static void place(int fd, int to) {
  if (fd == to ? fcntl(fd, F_SETFD, 0) != 0 : dup2(fd, to) < 0)
    fail("the agent's descriptors", NULL);
}

// A copy that is in the way of none of the agent's numbers.
static int out_of_the_way(int fd) {
  const int copy = fcntl(fd, F_DUPFD_CLOEXEC, LAST_FD + 1);
  if (copy < 0) fail("the agent's descriptors", NULL);
  return copy;
}

// A pipe of which one end, by its index, is ours. That it was read is noted nowhere, which
// would be more to run.
static void make_pipe(int ends[2], int ours) {
  if (pipe2(ends, O_CLOEXEC) != 0 || fcntl(ends[ours], F_SETFL, O_NONBLOCK | O_NOATIME) != 0) {
    fail("a pipe", NULL);
  }
}

struct agent start_agent(char* const argv[], char* const environment[], void (*prepare)(void)) {
  // In the order of the agent's descriptors, from 1 on; it writes to all but the third.
  enum { PIPES = 4, TO_AGENT = 2 };
  int pipes[PIPES][2];
  for (int i = 0; i < PIPES; ++i) make_pipe(pipes[i], i == TO_AGENT ? 1 : 0);
  const pid_t pid = fork();
  if (pid < 0) fail("starting the agent", NULL);
  if (pid == 0) {
    setsid();
    if (prepare != NULL) prepare();
    const int console = out_of_the_way(STDERR_FILENO);
    int own[PIPES];
    for (int i = 0; i < PIPES; ++i) own[i] = out_of_the_way(pipes[i][i == TO_AGENT ? 0 : 1]);
    for (int i = 0; i < PIPES; ++i) place(own[i], STDOUT_FILENO + i);
    execve(argv[0], argv, environment);
    const int why = errno;
    dup2(console, STDERR_FILENO);
    fail(argv[0], strerror(why));
  }
  for (int i = 0; i < PIPES; ++i) close(pipes[i][i == TO_AGENT ? 0 : 1]);
  return (struct agent){.pid = pid,
                        .out = pipes[0][0],
                        .err = pipes[1][0],
                        .in = pipes[TO_AGENT][1],
                        .frames = pipes[3][0]};
}
