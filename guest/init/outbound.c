#include "outbound.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

size_t outbound_waiting(const struct outbound* queue) { return queue->end - queue->begin; }

size_t outbound_room(const struct outbound* queue) {
  const size_t left = sizeof queue->bytes - queue->end;
  if (left <= FRAME_HEADER) return 0;
  const size_t room = left - FRAME_HEADER;
  return room < FRAME_MAX_PAYLOAD ? room : FRAME_MAX_PAYLOAD;
}

void outbound_add(struct outbound* queue, const void* bytes, size_t size) {
  memcpy(queue->bytes + queue->end, bytes, size);
  queue->end += size;
  queue->open = false;
}

size_t frame_number(const uint8_t* at) {
  return at[0] | (size_t)at[1] << 8 | (size_t)at[2] << 16 | (size_t)at[3] << 24;
}

void frame_set_number(uint8_t* at, size_t number) {
  for (int i = 0; i < 4; ++i) at[i] = (uint8_t)(number >> (8 * i));
}

// Whether bytes of this type may be added to the last frame, of which nothing is sent yet.
static bool continues(const struct outbound* queue, uint8_t type) {
  return queue->open && queue->begin <= queue->last && queue->bytes[queue->last + 4] == type &&
         frame_number(queue->bytes + queue->last) < FRAME_MAX_PAYLOAD;
}

ptrdiff_t outbound_read(struct outbound* queue, int fd, uint8_t type, size_t most) {
  const bool more = continues(queue, type);
  uint8_t* frame = queue->bytes + (more ? queue->last : queue->end);
  const size_t had = more ? frame_number(frame) : 0;
  const size_t space = (size_t)(queue->bytes + sizeof queue->bytes - frame) - FRAME_HEADER - had;
  const size_t room = FRAME_MAX_PAYLOAD - had < space ? FRAME_MAX_PAYLOAD - had : space;
  const ssize_t got = read(fd, frame + FRAME_HEADER + had, most < room ? most : room);
  if (got <= 0) return got;
  if (!more) memcpy(frame, (uint8_t[FRAME_HEADER]){[4] = type}, FRAME_HEADER);
  frame_set_number(frame, had + (size_t)got);
  queue->last = (size_t)(frame - queue->bytes);
  queue->end = queue->last + FRAME_HEADER + had + (size_t)got;
  queue->open = true;
  return got;
}

bool outbound_write(struct outbound* queue, int fd) {
  // The most that a virtio console takes in one piece.
  enum { PIECE = 32 * 1024 };
  while (outbound_waiting(queue) > 0) {
    const size_t waiting = outbound_waiting(queue);
    const ssize_t sent = write(fd, queue->bytes + queue->begin, waiting < PIECE ? waiting : PIECE);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return errno == EAGAIN;
    queue->begin += (size_t)sent;
    if (queue->begin == queue->end) {
      queue->begin = queue->end = 0;
      queue->open = false;
    }
  }
  return true;
}

void outbound_clear(struct outbound* queue) {
  queue->begin = queue->end = 0;
  queue->open = false;
}
