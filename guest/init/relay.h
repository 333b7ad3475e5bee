// The way between the host, the agent and the program's output.
//
// Descriptors 1 and 2 of the agent's process, which runs the program, are pipes that end
// here, outside that process: what a program wrote is read and passed on whether it
// crashes, calls _exit, execs, or holds every lock that it has.
#ifndef DHG_RELAY_H
#define DHG_RELAY_H

#include <stdbool.h>
#include <sys/types.h>

// The way to the host: an open virtio-serial port, or a socket that listens.
struct port {
  int fd;
  bool listens;
};

// The agent's process, as seen from here. All descriptors are ours.
struct agent {
  pid_t pid;
  int in;     // a pipe: the host's frames to it
  int input;  // a pipe: the program's standard input
  int frames; // a pipe: its frames to the host
  int out;    // where its descriptor 1 can be read
  int err;    // the same of 2
};

// Starts the agent: argv[0] is the program's path; in its process descriptors 1 to 5 are
// pipes: its output, the frames to it, its own, and what a program reads. Calls `prepare` in the
// child before execve, if it is not NULL. What fails is told by `fail`.
struct agent start_agent(char* const argv[], char* const environment[], void (*prepare)(void));

// Passes everything on, until the agent's process is gone and the host has been told how
// (the EXITED frame of docs/guest-protocol.md). Waits a moment then for the host to close.
void relay(struct port port, struct agent agent);

#endif
