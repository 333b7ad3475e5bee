#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "init.h"
#include "relay.h"

enum { LAST_FD = 5 }; // of the agent's

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

// In the order of the agent's descriptors, from 1 on.
enum { PIPE_OUT, PIPE_ERR, PIPE_TO_AGENT, PIPE_FROM_AGENT, PIPE_INPUT, PIPES };

// Which end of a pipe is ours; the other is the agent's.
static int our_end(int pipe) { return pipe == PIPE_TO_AGENT || pipe == PIPE_INPUT ? 1 : 0; }

struct agent start_agent(char* const argv[], char* const environment[], void (*prepare)(void)) {
  int pipes[PIPES][2];
  for (int i = 0; i < PIPES; ++i) make_pipe(pipes[i], our_end(i));
  const pid_t pid = fork();
  if (pid < 0) fail("starting the agent", NULL);
  if (pid == 0) {
    setsid();
    if (prepare != NULL) prepare();
    const int console = out_of_the_way(STDERR_FILENO);
    int own[PIPES];
    for (int i = 0; i < PIPES; ++i) own[i] = out_of_the_way(pipes[i][1 - our_end(i)]);
    for (int i = 0; i < PIPES; ++i) place(own[i], STDOUT_FILENO + i);
    execve(argv[0], argv, environment);
    const int why = errno;
    dup2(console, STDERR_FILENO);
    fail(argv[0], strerror(why));
  }
  for (int i = 0; i < PIPES; ++i) close(pipes[i][1 - our_end(i)]);
  return (struct agent){.pid = pid,
                        .out = pipes[PIPE_OUT][0],
                        .err = pipes[PIPE_ERR][0],
                        .in = pipes[PIPE_TO_AGENT][1],
                        .frames = pipes[PIPE_FROM_AGENT][0],
                        .input = pipes[PIPE_INPUT][1]};
}
