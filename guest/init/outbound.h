// What waits to be sent to the host: frames, one after the other.
#ifndef DHG_OUTBOUND_H
#define DHG_OUTBOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  FRAME_HEADER = 8,
  FRAME_MAX_PAYLOAD = 32760, // to the host, see docs/guest-protocol.md
};

// A number of four bytes in a frame, little endian; the first is the length of its payload.
size_t frame_number(const uint8_t* at);
void frame_set_number(uint8_t* at, size_t number);

// Bytes [begin, end) wait. They lie at the beginning of `bytes` whenever there are few,
// for each page that is touched for the first time in a restored guest takes time.
struct outbound {
  uint8_t bytes[256 * 1024];
  size_t begin;
  size_t end;
  size_t last; // where the last output frame begins, if more of its kind may be added
  bool open;   // whether it may
};

size_t outbound_waiting(const struct outbound* queue);
// How much payload one more output frame may have; 0 while there is no room for it.
size_t outbound_room(const struct outbound* queue);
// Adds bytes of frames that are complete in themselves, or parts of them. There must be room.
void outbound_add(struct outbound* queue, const void* bytes, size_t size);
// Reads up to `most` bytes of output from `fd` into a frame of the given type, which may be
// the last one. @return what read() said; errno is its own.
ptrdiff_t outbound_read(struct outbound* queue, int fd, uint8_t type, size_t most);
// Writes what the descriptor takes now. @return false if nobody is there to take it.
bool outbound_write(struct outbound* queue, int fd);
// Drops all: it was for a host that is gone.
void outbound_clear(struct outbound* queue);

#endif
