#include "input.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum {
  FRAME_STDIN_TAKEN = 0x89,
  // What is taken is told in portions of this size, or once all is.
  PORTION = INPUT_WINDOW / 4,
};

static void close_pipe(struct input* in) {
  if (in->fd >= 0) close(in->fd);
  in->fd = -1;
  in->begin = in->end = 0;
}

bool input_waits(const struct input* in) { return in->fd >= 0 && in->begin < in->end; }

bool input_is_watched(const struct input* in) { return in->fd >= 0 && in->begun; }

bool input_add(struct input* in, const void* bytes, size_t size) {
  in->begun = true;
  if (in->fd < 0) return true; // it will learn, or has, that nobody reads
  const size_t waiting = in->end - in->begin;
  if (in->is_last || size > sizeof in->bytes - waiting - in->taken) return false;
  if (size > sizeof in->bytes - in->end) {
    memmove(in->bytes, in->bytes + in->begin, waiting);
    in->begin = 0;
    in->end = waiting;
  }
  memcpy(in->bytes + in->end, bytes, size);
  in->end += size;
  input_write(in);
  return true;
}

void input_end(struct input* in) {
  in->begun = in->is_last = true;
  if (!input_waits(in)) close_pipe(in);
}

void input_write(struct input* in) {
  while (input_waits(in)) {
    const ssize_t sent = write(in->fd, in->bytes + in->begin, in->end - in->begin);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) {
      if (errno != EAGAIN) input_refuse(in);
      return;
    }
    in->begin += (size_t)sent;
    in->taken += (size_t)sent;
  }
  in->begin = in->end = 0;
  if (in->is_last) close_pipe(in);
}

void input_refuse(struct input* in) {
  in->refused = true;
  close_pipe(in);
}

bool input_report(struct input* in, struct outbound* to_host) {
  const bool due = in->taken >= PORTION || (in->taken > 0 && !input_waits(in)) || in->refused;
  uint8_t frame[FRAME_HEADER + 4] = {[0] = 4, [4] = FRAME_STDIN_TAKEN};
  if (!due || sizeof to_host->bytes - to_host->end < sizeof frame) return false;
  // None means that there will never be any more.
  const size_t told = in->refused ? 0 : in->taken;
  frame_set_number(frame + FRAME_HEADER, told);
  outbound_add(to_host, frame, sizeof frame);
  in->taken = 0;
  in->refused = false;
  return true;
}
