/* A bare restore of a snapshot, as the baseline for dhg: QEMU started directly,
 * the control commands sent blindly, one request, the first answer
 * that says the run is over. Nothing is checked, nothing is tidied up. Memory comes
 * back by the barest form of a policy:
 *   file      QEMU itself maps the memory file privately
 *   lazy-4k   read a fault, copy a page
 *   lazy-2m   read a fault, copy the aligned 2 MiB around it
 * For the last two QEMU is preloaded with dhg's handoff library, named in
 * BY_HAND_HANDOFF.
 *
 * usage: by_hand POLICY REQUEST_FILE MEMORY_FILE STATE_FILE QEMU [ARG ...] */

#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { QMP = 3, AGENT = 4, CONSOLE = 5, TARGET = 6, STATE = 7, HANDOFF = 8 };

static const char commands[] =
    "{\"execute\":\"qmp_capabilities\"}"
    "{\"execute\":\"migrate-set-capabilities\",\"arguments\":{\"capabilities\":"
    "[{\"capability\":\"x-ignore-shared\",\"state\":true}]}}"
    "{\"execute\":\"migrate-incoming\",\"arguments\":{\"uri\":\"fd:7\"}}"
    "{\"execute\":\"cont\"}";

struct guest_memory {
  int handoff;
  uint64_t chunk;
  const char* file;
  uint64_t size;
};

static void* serve(void* argument) {
  const struct guest_memory* memory = argument;
  char text[512];
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int))];
  } control;
  struct iovec data = {text, sizeof text - 1};
  struct msghdr message = {
      .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  const ssize_t got = recvmsg(memory->handoff, &message, 0);
  if (got <= 0) return NULL;
  text[got] = '\0';
  int faults;
  memcpy(&faults, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof faults);
  const char* number = strchr(text, ':');
  const uint64_t base = number != NULL ? strtoull(number + 1, NULL, 10) : 0;
  for (;;) {
    struct pollfd ready = {faults, POLLIN, 0};
    struct uffd_msg fault;
    if (poll(&ready, 1, -1) < 0 || read(faults, &fault, sizeof fault) != sizeof fault) continue;
    const uint64_t at = (fault.arg.pagefault.address - base) / memory->chunk * memory->chunk;
    const uint64_t length = memory->size - at < memory->chunk ? memory->size - at : memory->chunk;
    struct uffdio_copy copy = {
        .dst = base + at, .src = (uint64_t)(uintptr_t)(memory->file + at), .len = length};
    /* What somebody else had copied, or was begun: the rest of it. */
    while (ioctl(faults, UFFDIO_COPY, &copy) != 0 && copy.copy > 0) {
      copy.dst += (uint64_t)copy.copy;
      copy.src += (uint64_t)copy.copy;
      copy.len -= (uint64_t)copy.copy;
      copy.copy = 0;
    }
  }
}

/* Copies output to stdout. Returns at the end of the answer. */
static int read_answer(int agent) {
  static char buffer[1 << 20];
  size_t have = 0;
  for (size_t at = 0;;) {
    const ssize_t got = read(agent, buffer + have, sizeof buffer - have);
    if (got <= 0) return 1;
    have += (size_t)got;
    for (uint32_t length; have >= at + 8; at += 8 + length) {
      memcpy(&length, buffer + at, 4);
      if (have < at + 8 + length) break;
      if (buffer[at + 4] == (char)0x82) fwrite(buffer + at + 8, 1, length, stdout);
      if (buffer[at + 4] == (char)0x85) return fflush(stdout);
    }
  }
}

int main(int argc, char** argv) {
  int qmp[2], agent[2], handoff[2];
  static char request[1 << 20];
  if (argc < 6 || socketpair(AF_UNIX, SOCK_STREAM, 0, qmp) ||
      socketpair(AF_UNIX, SOCK_STREAM, 0, agent) || socketpair(AF_UNIX, SOCK_STREAM, 0, handoff))
    return 1;
  const int request_file = open(argv[2], O_RDONLY);
  const ssize_t size = read(request_file, request, sizeof request);
  const int file = open(argv[3], O_RDONLY);
  const int state = open(argv[4], O_RDONLY);
  const int null = open("/dev/null", O_RDWR);
  struct stat info;
  if (size <= 0 || state < 0 || null < 0 || fstat(file, &info) != 0) return 1;
  const int target = memfd_create("by-hand", 0);
  if (target < 0 || ftruncate(target, info.st_size) != 0) return 1;
  struct guest_memory memory = {handoff[0], 4096, NULL, (uint64_t)info.st_size};
  if (strcmp(argv[1], "file") != 0) {
    if (strcmp(argv[1], "lazy-2m") == 0) memory.chunk = 2 << 20;
    memory.file = mmap(NULL, memory.size, PROT_READ, MAP_SHARED, file, 0);
    pthread_t server;
    if (memory.file == MAP_FAILED || pthread_create(&server, NULL, serve, &memory) != 0) return 1;
  }
  const int own[] = {qmp[1], agent[1], null, target, state, handoff[1]};
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int parked[6];
    for (int i = 0; i < 6; ++i) parked[i] = fcntl(own[i], F_DUPFD, 100);
    for (int i = 0; i < 6; ++i) dup2(parked[i], QMP + i);
    if (memory.file != NULL) {
      setenv("LD_PRELOAD", getenv("BY_HAND_HANDOFF"), 1);
      setenv("DHG_HANDOFF_SOCKET", "8", 1);
      setenv("DHG_HANDOFF_TARGET", "6", 1);
    }
    execv(argv[5], argv + 5);
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
  if (write(agent[0], request, (size_t)size) != size) return 1;
  const int failed = read_answer(agent[0]);
  kill(child, SIGKILL);
  return failed || waitpid(child, NULL, 0) != child;
}
