// The program's standard input: what the host has sent of it and the program's pipe has not
// taken yet. The host sends no more than INPUT_WINDOW bytes ahead of what it is told was taken.
#ifndef DHG_INPUT_H
#define DHG_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "outbound.h"

enum { INPUT_WINDOW = 256 * 1024 }; // docs/guest-protocol.md

// Bytes [begin, end) wait. They lie at the beginning whenever there are few, for each page that
// is touched for the first time in a restored guest takes time.
struct input {
  uint8_t bytes[INPUT_WINDOW];
  size_t begin;
  size_t end;
  int fd;       // the pipe; -1: nobody can read there any more
  bool begun;   // the host has sent some
  bool is_last; // and all of it
  size_t taken; // bytes of which the host was not told yet
  bool refused; // nor that nobody reads
};

// Adds what the host has sent. @return false if that is more than it was allowed to
bool input_add(struct input* in, const void* bytes, size_t size);
// Nothing follows.
void input_end(struct input* in);
// Whether the pipe is to be watched; with something to write: until it takes it.
bool input_is_watched(const struct input* in);
bool input_waits(const struct input* in);
// Writes what the pipe takes now.
void input_write(struct input* in);
// Nobody can read there any more.
void input_refuse(struct input* in);
// Tells the host what was taken, if it is worth a frame and there is room for one.
// @return whether there was such a frame
bool input_report(struct input* in, struct outbound* to_host);

#endif
