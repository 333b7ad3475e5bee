#pragma once

#include <unistd.h>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

/// Does here what $DEED asks for: "hang on_fault", "crash decode", ...
/// @param where the call that this is
inline void misbehave(std::string_view where) {
  const char* asked = std::getenv("DEED");
  const std::string_view deed = asked != nullptr ? asked : "";
  const auto blank = deed.find(' ');
  if (blank == deed.npos || deed.substr(blank + 1) != where) return;
  const auto what = deed.substr(0, blank);
  if (what == "hang")
    for (;;) pause();
  if (what == "crash") *reinterpret_cast<volatile int*>(8) = 1;
  if (what == "abort") std::abort();
  if (what == "throw") throw std::runtime_error("it did not work out");
  if (what == "throw-number") throw 42;
  if (what == "exit") std::exit(0);
  if (what == "exit-at-once") _exit(0);
  if (what == "throw-in-thread")
    std::thread([] { throw std::runtime_error("nobody catches this"); }).join();
  if (what == "crash-in-thread")
    std::thread([] { *reinterpret_cast<volatile int*>(8) = 1; }).join();
  if (what == "exit-in-thread") std::thread([] { _exit(0); }).join();
}

/// Whether `where` is to return nonsense.
inline bool returns_nonsense(std::string_view where) {
  const char* asked = std::getenv("DEED");
  return asked != nullptr && asked == "nonsense " + std::string(where);
}
