#pragma once

#include "guest_link/conversation.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace dhg::run {

/// What a program reads: bytes of a descriptor of ours, on their way to the guest, which says
/// how many it has taken. No more than a window of them is under way, so that a program
/// which does not read holds up whoever writes, as a pipe does.
class ProgramInput {
 public:
  /// @param fd borrowed; -1: there is no input. What the program does not want any more is
  ///   closed there: the null device takes its place, and whoever writes has SIGPIPE.
  explicit ProgramInput(int fd) : fd_(fd) {}

  /// What to read from as soon as it is readable; -1: nothing, for now or for good.
  [[nodiscard]] int source() const noexcept;
  /// It is readable: makes a frame of what is there. The end of the source, or that it cannot
  /// be read, is the end of the program's input.
  void read();
  /// @throws Error if the guest claims more than it was sent
  void note(const guest_link::InputNews& news);

  /// Bytes to send; `sent` takes them away.
  [[nodiscard]] std::string_view pending() const noexcept;
  void sent(std::size_t bytes) noexcept;
  /// Whether a frame is sent in part: nothing else may be sent before its rest.
  [[nodiscard]] bool in_the_middle() const noexcept { return position_ > 0; }

 private:
  int fd_;
  std::string frame_;
  std::size_t position_ = 0;
  std::uint64_t under_way_ = 0; ///< bytes of input that the guest has not taken
};

} // namespace dhg::run
