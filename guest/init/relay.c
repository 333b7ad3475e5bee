#include "relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "init.h"
#include "input.h"
#include "outbound.h"

// Types of frames that are ours: docs/guest-protocol.md.
enum {
  FRAME_INTERRUPT = 0x07,
  FRAME_STDIN = 0x08,
  FRAME_NEW_HOST = 0x0f,
  FRAME_STDOUT = 0x82,
  FRAME_STDERR = 0x83,
  FRAME_EXITED = 0x87,
  FRAME_ERROR = 0x88,
};

enum {
  // Output that follows within this time of what was sent last is gathered.
  GATHER_NS = 5 * 1000 * 1000,
  // Reads of one stream in a row, with no pause between, after which a writer is left alone
  // for a while: one that prints line by line would otherwise wake us for each.
  BURST_READS = 16,
  BURST_NS = GATHER_NS,
  // A port without a host reads as empty, and has no event that says when one is there.
  ABSENT_MS = 10,
  // After an interrupt, what blocks is woken a few times: guest/agent/dhg_agent/nudge.py.
  NUDGES = 6,
  FIRST_NUDGE_MS = 20, // each later one after four times as long
  // The host that has read the last frame has no more use for the machine, and ends it.
  CLOSED_MS = 2000,
};

enum receiver { FOR_AGENT, FOR_PROGRAM, FOR_US };

// Bytes of the host on their way to the agent. A frame's header waits until it is whole.
struct inbound {
  uint8_t bytes[64 * 1024];
  size_t begin;
  size_t end;             // of what may go on
  size_t arrived;         // end of what was read; between the two: the beginning of a header
  size_t payload;         // bytes that are still to come of the frame that has begun
  enum receiver receiver; // of that frame
};

// Frames of the agent; the last may not be whole yet.
struct received {
  uint8_t bytes[2 * (FRAME_HEADER + FRAME_MAX_PAYLOAD)];
  size_t size;
  size_t owed[2]; // bytes of output that were there before them, and go first
};

static struct outbound to_host;
static struct inbound to_agent;
static struct input to_program;
static struct received from_agent;

struct state {
  struct port port;
  int host;       // -1: there is none
  bool is_serial; // on which hosts come and go without a word
  bool absent;    // none is there now
  struct agent agent;
  int signals;
  bool ended; // the agent's process is gone
  int status;
  int64_t last_sent;
  int burst; // reads in a row of the stream `bursting`
  int bursting;
  bool urgent;    // what waits is to go out at once
  int announced;  // hosts that the agent was told of, and has not said so
  bool stuck;     // the host took no more
  int nudges;     // that are still to come
  int64_t nudged; // or interrupted; the next follows `nudge_after` later
  int64_t nudge_after;
};

static int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// Whether what comes from the agent is for a host that is gone.
static bool is_void(const struct state* s) { return s->announced > 0 || s->host < 0; }

static void set_nonblocking(int fd) {
  const int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) fail("a descriptor", NULL);
}

// --- from the host to the agent

// As a terminal's Ctrl-C does: the children hear it too.
static void interrupt(struct state* s) {
  if (s->ended) return;
  kill(-s->agent.pid, SIGINT);
  s->nudges = NUDGES;
  s->nudged = now_ns();
  s->nudge_after = FIRST_NUDGE_MS * (int64_t)1000000;
}

// @return the earlier of the two, in milliseconds; -1: never
static int sooner(int first, int second) {
  return first < 0 || (second >= 0 && second < first) ? second : first;
}

// @return in how many milliseconds the next is due; -1: none is
static int nudge(struct state* s) {
  if (s->nudges == 0) return -1;
  const int64_t left = s->nudged + s->nudge_after - now_ns();
  if (left > 0) return (int)((left + 999999) / 1000000);
  kill(s->agent.pid, SIGURG);
  s->nudges -= 1;
  s->nudged += s->nudge_after;
  s->nudge_after *= 4;
  return nudge(s);
}

// @return who is to have the frame's payload
static enum receiver begin_frame(struct state* s, uint8_t type, size_t payload) {
  if (type == FRAME_INTERRUPT) {
    interrupt(s);
    return FOR_US;
  }
  if (type != FRAME_STDIN) return FOR_AGENT;
  if (payload == 0) input_end(&to_program);
  return FOR_PROGRAM;
}

// Lets go on what may of the bytes that have arrived.
static void sort_arrived(struct state* s) {
  struct inbound* in = &to_agent;
  size_t at = in->end;
  while (at < in->arrived) {
    if (in->payload == 0) {
      if (in->arrived - at < FRAME_HEADER) break;
      in->payload = frame_number(in->bytes + at);
      in->receiver = begin_frame(s, in->bytes[at + 4], in->payload);
      if (in->receiver == FOR_AGENT) {
        memmove(in->bytes + in->end, in->bytes + at, FRAME_HEADER);
        in->end += FRAME_HEADER;
      }
      at += FRAME_HEADER;
      continue;
    }
    const size_t here = in->arrived - at;
    const size_t part = here < in->payload ? here : in->payload;
    if (in->receiver == FOR_AGENT) {
      memmove(in->bytes + in->end, in->bytes + at, part);
      in->end += part;
    } else if (in->receiver == FOR_PROGRAM && !input_add(&to_program, in->bytes + at, part)) {
      fail("the program's standard input", "the host sent more than it was told to");
    }
    at += part;
    in->payload -= part;
  }
  memmove(in->bytes + in->end, in->bytes + at, in->arrived - at);
  in->arrived = in->end + (in->arrived - at);
}

static bool agent_has_all(void) { return to_agent.begin == to_agent.end; }

static void pass_to_agent(struct state* s) {
  struct inbound* in = &to_agent;
  if (!agent_has_all() && s->agent.in >= 0) {
    const ssize_t sent = write(s->agent.in, in->bytes + in->begin, in->end - in->begin);
    if (sent > 0) in->begin += (size_t)sent;
    if (sent < 0 && errno != EAGAIN && errno != EINTR) in->begin = in->end; // nobody listens
  }
  if (s->agent.in < 0) in->begin = in->end;
  if (agent_has_all()) {
    const size_t rest = in->arrived - in->end;
    memmove(in->bytes, in->bytes + in->end, rest);
    in->begin = in->end = 0;
    in->arrived = rest;
  }
}

// The host is gone: what it had begun to say is void. The frame that the agent has the
// beginning of is filled up, and the next tells it so.
static void forget_host(struct state* s) {
  close(s->host);
  s->host = -1;
  s->stuck = false;
  outbound_clear(&to_host);
  struct inbound* in = &to_agent;
  in->arrived = in->end;
  if (in->receiver != FOR_AGENT) in->payload = 0;
  if (to_program.begun) input_end(&to_program);
}

// @return false while the agent has not taken all that is for it
static bool announce_new_host(struct state* s) {
  struct inbound* in = &to_agent;
  while (in->payload > 0) {
    if (!agent_has_all()) pass_to_agent(s);
    if (!agent_has_all()) return false;
    const size_t part = in->payload < sizeof in->bytes ? in->payload : sizeof in->bytes;
    memset(in->bytes, 0, part);
    in->begin = 0;
    in->end = in->arrived = part;
    in->payload -= part;
  }
  pass_to_agent(s);
  if (!agent_has_all()) return false;
  memcpy(in->bytes, (uint8_t[FRAME_HEADER]){[4] = FRAME_NEW_HOST}, FRAME_HEADER);
  in->begin = 0;
  in->end = in->arrived = FRAME_HEADER;
  return true;
}

static void accept_host(struct state* s) {
  if (!announce_new_host(s)) return;
  s->host = accept4(s->port.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  s->announced += 1; // also if it was gone before it was taken
}

static void close_agent(struct state* s) {
  close(s->agent.in);
  close(s->agent.frames);
  s->agent.in = s->agent.frames = -1;
  from_agent.size = 0;
}

// A host is heard once the agent has said that it knows of it, so that what a program of
// another host still prints can be told from its own.
static bool may_take(const struct state* s) { return agent_has_all() && s->announced == 0; }

static void take_from_host(struct state* s) {
  struct inbound* in = &to_agent;
  const ssize_t got = read(s->host, in->bytes + in->arrived, sizeof in->bytes - in->arrived);
  s->absent = got == 0 && s->is_serial;
  if (got > 0) {
    in->arrived += (size_t)got;
    sort_arrived(s);
    pass_to_agent(s);
  } else if (!s->absent && (got == 0 || (errno != EAGAIN && errno != EINTR))) {
    forget_host(s);
    if (!s->port.listens) close_agent(s); // nobody will come any more: it ends
  }
}

// --- from the program and the agent to the host

static int* output(struct state* s, int which) {
  return which == 0 ? &s->agent.out : &s->agent.err;
}

static void take_output(struct state* s, int which) {
  int* fd = output(s, which);
  if (is_void(s)) outbound_clear(&to_host);
  if (*fd < 0 || outbound_room(&to_host) == 0) return;
  const ptrdiff_t got =
      outbound_read(&to_host, *fd, which == 0 ? FRAME_STDOUT : FRAME_STDERR, FRAME_MAX_PAYLOAD);
  size_t* owed = &from_agent.owed[which];
  if (got > 0) *owed -= *owed < (size_t)got ? *owed : (size_t)got;
  if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR))) {
    if (got < 0) *owed = 0; // somebody else read it
    return;
  }
  // Nobody can write there any more.
  *owed = 0;
  close(*fd);
  *fd = -1;
}

static size_t size_of_first(void) {
  return from_agent.size < FRAME_HEADER ? SIZE_MAX : FRAME_HEADER + frame_number(from_agent.bytes);
}

static bool owes(void) { return from_agent.owed[0] + from_agent.owed[1] > 0; }

// Passes the agent's frames on, after the output that was written before them.
static void commit_frames(struct state* s) {
  for (int which = 0; which < 2; ++which) {
    while (from_agent.owed[which] > 0 && outbound_room(&to_host) > 0) take_output(s, which);
  }
  if (owes()) return;
  size_t size = 0;
  while ((size = size_of_first()) <= from_agent.size) {
    if (is_void(s)) {
      // The agent repeats what it was told: from here on it speaks to that host.
      if (from_agent.bytes[4] == FRAME_NEW_HOST) s->announced -= 1;
      outbound_clear(&to_host);
    } else {
      if (sizeof to_host.bytes - to_host.end < size) return;
      outbound_add(&to_host, from_agent.bytes, size);
      s->urgent = true;
    }
    from_agent.size -= size;
    memmove(from_agent.bytes, from_agent.bytes + size, from_agent.size);
  }
}

// Whether something may go on at once, for which nobody will wake us.
static bool can_commit(void) {
  const size_t size = size_of_first();
  return !owes() && size <= from_agent.size && sizeof to_host.bytes - to_host.end >= size;
}

static void take_from_agent(struct state* s) {
  const ssize_t got = read(s->agent.frames, from_agent.bytes + from_agent.size,
                           sizeof from_agent.bytes - from_agent.size);
  if (got > 0) {
    from_agent.size += (size_t)got;
    for (int which = 0; which < 2; ++which) {
      int waiting = 0;
      const int fd = *output(s, which);
      if (fd >= 0 && ioctl(fd, FIONREAD, &waiting) == 0) from_agent.owed[which] = (size_t)waiting;
    }
    commit_frames(s);
    const size_t first = size_of_first();
    if (first != SIZE_MAX && first > FRAME_HEADER + FRAME_MAX_PAYLOAD) close_agent(s);
  } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
    close_agent(s); // it runs on, or another program does in its place
  }
}

// @return in how many milliseconds what waits should go out; -1: never, or it has
static int send_to_host(struct state* s) {
  if (outbound_waiting(&to_host) == 0 || s->host < 0 || s->absent || is_void(s)) return -1;
  const int64_t now = now_ns();
  const int64_t left = s->last_sent + GATHER_NS - now;
  if (!s->urgent && left > 0 && outbound_waiting(&to_host) < FRAME_MAX_PAYLOAD)
    return (int)((left + 999999) / 1000000);
  if (!outbound_write(&to_host, s->host) && !s->is_serial) {
    forget_host(s);
    return -1;
  }
  s->stuck = outbound_waiting(&to_host) > 0;
  if (!s->stuck) s->urgent = false;
  s->last_sent = now;
  return -1;
}

// --- the agent's end

static void look_for_end(struct state* s) {
  struct signalfd_siginfo ignored;
  while (read(s->signals, &ignored, sizeof ignored) > 0) {
  }
  int status = 0;
  pid_t ended = 0;
  while ((ended = waitpid(-1, &status, WNOHANG)) > 0) {
    if (ended != s->agent.pid) continue;
    s->ended = true;
    s->status = status;
  }
}

// What the agent left behind must be gone, so that what is said of its end is the last.
static void end_the_rest(const struct state* s) {
  kill(getpid() == 1 ? -1 : -s->agent.pid, SIGKILL);
  while (waitpid(-1, NULL, 0) > 0 || errno == EINTR) {
  }
}

// How often the kernel ended a process for want of memory.
static long long out_of_memory_kills(void) {
  FILE* file = fopen("/proc/vmstat", "re");
  if (file == NULL) return 0;
  char line[128];
  long long kills = 0;
  while (fgets(line, sizeof line, file) != NULL) {
    if (strncmp(line, "oom_kill ", 9) == 0) kills = atoll(line + 9);
  }
  fclose(file);
  return kills;
}

static void add_exited(int status) {
  const bool killed = WIFSIGNALED(status);
  const uint32_t value = (uint32_t)(killed ? WTERMSIG(status) : WEXITSTATUS(status));
  uint8_t kind = killed ? 2 : 1;
  if (killed && value == SIGKILL && out_of_memory_kills() > 0) kind = 3;
  uint8_t frame[FRAME_HEADER + 5] = {[0] = 5, [4] = FRAME_EXITED, [8] = kind};
  frame_set_number(frame + FRAME_HEADER + 1, value);
  outbound_add(&to_host, frame, sizeof frame);
}

// A server that shuts itself down says why (dhg_agent/server_watch.py), and ends the process
// with a status that a program's could be.
static bool add_last_words(void) {
  enum { MOST = 800 };
  static const char kFile[] = "/run/dhg-server-last-words";
  char words[MOST];
  const int fd = open(kFile, O_RDONLY | O_CLOEXEC);
  const ssize_t size = fd < 0 ? 0 : read(fd, words, sizeof words);
  if (fd >= 0) close(fd);
  if (size <= 0) return false;
  // Each character takes at most six in JSON.
  char text[6 * MOST + 128] = "{\"begun\": true, \"message\": \"the server shut itself down: ";
  size_t at = strlen(text);
  for (ssize_t i = 0; i < size; ++i) {
    const unsigned char c = (unsigned char)words[i];
    const bool plain = c >= ' ' && c < 0x7f && c != '"' && c != '\\';
    at += (size_t)(plain ? sprintf(text + at, "%c", c) : sprintf(text + at, "\\u%04x", c));
  }
  at += (size_t)sprintf(text + at, "\"}");
  uint8_t header[FRAME_HEADER] = {(uint8_t)at, (uint8_t)(at >> 8), [4] = FRAME_ERROR};
  outbound_add(&to_host, header, sizeof header);
  outbound_add(&to_host, text, at);
  return true;
}

static void wait_for(const struct state* s, short events, int milliseconds) {
  struct pollfd poller = {.fd = s->host, .events = events};
  poll(&poller, 1, milliseconds);
}

// Sends all that waits, however long the host takes; it may only go away.
static bool flush_to_host(struct state* s) {
  while (outbound_waiting(&to_host) > 0) {
    if (!outbound_write(&to_host, s->host)) return false;
    if (outbound_waiting(&to_host) > 0) wait_for(s, POLLOUT, ABSENT_MS);
  }
  return true;
}

static void tell_the_end(struct state* s) {
  for (int which = 0; which < 2; ++which) {
    while (*output(s, which) >= 0) {
      if (outbound_room(&to_host) == 0 && (s->host < 0 || !flush_to_host(s))) return;
      take_output(s, which); // until its end: nobody is left who could write
    }
  }
  while (s->agent.frames >= 0) {
    if (s->host < 0 || !flush_to_host(s)) return;
    take_from_agent(s); // until its end, likewise
  }
  if (s->host < 0 || !flush_to_host(s)) return;
  if (!WIFEXITED(s->status) || WEXITSTATUS(s->status) == 0 || !add_last_words())
    add_exited(s->status);
  if (!flush_to_host(s)) return;
  char rest[4096];
  for (;;) {
    wait_for(s, POLLIN, CLOSED_MS);
    if (read(s->host, rest, sizeof rest) <= 0) return;
  }
}

// --- all of it

enum { SIGNALS, AGENT, TO_AGENT, INPUT, OUT, ERR, HOST, LISTENER, SLOTS };

static int wait_for_any(const struct state* s, struct pollfd* set, int timeout) {
  const bool room = outbound_room(&to_host) > 0;
  const bool frames = !owes() && size_of_first() > from_agent.size; // all whole ones went on
  const bool host = s->host >= 0 && !s->absent;
  for (int i = 0; i < SLOTS; ++i) set[i] = (struct pollfd){.fd = -1};
  set[SIGNALS] = (struct pollfd){.fd = s->signals, .events = POLLIN};
  if (s->agent.frames >= 0 && room && frames) {
    set[AGENT] = (struct pollfd){.fd = s->agent.frames, .events = POLLIN};
  }
  if (s->agent.in >= 0 && !agent_has_all()) {
    set[TO_AGENT] = (struct pollfd){.fd = s->agent.in, .events = POLLOUT};
  }
  if (input_is_watched(&to_program)) {
    const short events = input_waits(&to_program) ? POLLOUT : 0;
    set[INPUT] = (struct pollfd){.fd = to_program.fd, .events = events};
  }
  if (room) {
    set[OUT] = (struct pollfd){.fd = s->agent.out, .events = POLLIN};
    set[ERR] = (struct pollfd){.fd = s->agent.err, .events = POLLIN};
  }
  if (host) {
    const int events = (may_take(s) ? POLLIN : 0) | (s->stuck ? POLLOUT : 0);
    if (events != 0) set[HOST] = (struct pollfd){.fd = s->host, .events = (short)events};
  }
  if (s->port.listens && s->host < 0) {
    set[LISTENER] = (struct pollfd){.fd = s->port.fd, .events = POLLIN};
  }
  if (s->absent && (timeout < 0 || timeout > ABSENT_MS)) timeout = ABSENT_MS;
  const int ready = poll(set, SLOTS, timeout);
  if (ready < 0 && errno != EINTR) fail("waiting for the agent", NULL);
  if (ready < 0) {
    for (int i = 0; i < SLOTS; ++i) set[i].revents = 0;
  }
  return ready;
}

// Notes which stream had something to read.
static void note_reads(struct state* s, const struct pollfd* set) {
  const bool out = set[OUT].revents != 0;
  const bool err = set[ERR].revents != 0;
  const int which = err ? 1 : 0;
  const bool goes_on = out != err && set[AGENT].revents == 0 && which == s->bursting &&
                       now_ns() - s->last_sent < 2 * GATHER_NS;
  s->burst = goes_on ? s->burst + 1 : 0;
  s->bursting = which;
}

static void rest_in_burst(const struct state* s) {
  const struct timespec while_it_writes = {.tv_nsec = BURST_NS};
  if (s->burst >= BURST_READS) nanosleep(&while_it_writes, NULL);
}

static void run(struct state* s) {
  int timeout = -1;
  while (!s->ended) {
    struct pollfd set[SLOTS];
    rest_in_burst(s);
    (void)wait_for_any(s, set, timeout);
    note_reads(s, set);
    // The order is that of writing where one processor runs the program and us: each of
    // its writes lets us run first.
    if (set[OUT].revents != 0) take_output(s, 0);
    if (set[ERR].revents != 0) take_output(s, 1);
    if (set[TO_AGENT].revents != 0) pass_to_agent(s);
    if ((set[INPUT].revents & POLLERR) != 0) {
      input_refuse(&to_program);
    } else if (set[INPUT].revents != 0) {
      input_write(&to_program);
    }
    if (set[AGENT].revents != 0) {
      take_from_agent(s);
    } else {
      commit_frames(s);
    }
    if (set[LISTENER].revents != 0) accept_host(s);
    if (s->absent || (set[HOST].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
      if (s->host >= 0 && may_take(s)) take_from_host(s);
    }
    if (set[SIGNALS].revents != 0) look_for_end(s);
    if (!is_void(s) && input_report(&to_program, &to_host)) s->urgent = true;
    timeout = send_to_host(s);
    if (!s->ended) timeout = sooner(timeout, nudge(s));
    if (can_commit()) timeout = 0;
  }
}

void relay(struct port port, struct agent agent) {
  struct state s = {.port = port, .host = port.listens ? -1 : port.fd, .agent = agent};
  struct stat status;
  to_program.fd = agent.input;
  s.is_serial = fstat(port.fd, &status) == 0 && S_ISCHR(status.st_mode);
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child, NULL);
  signal(SIGPIPE, SIG_IGN);
  s.signals = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
  if (s.signals < 0) fail("listening for signals", NULL);
  set_nonblocking(port.fd);
  // Before whoever writes goes on. Only root may; elsewhere the order of streams is a guess.
  // Not by a real-time class, which is other code of the kernel's: it would run for the first
  // time in each restored guest.
  enum { FIRST = -20 };
  (void)setpriority(PRIO_PROCESS, 0, FIRST);
  run(&s);
  end_the_rest(&s);
  tell_the_end(&s);
}
