#include "run/exec/program_input.hpp"

#include "guest_link/frames.hpp"
#include "os/descriptors.hpp"

#include <algorithm>

namespace dhg::run {
namespace {

constexpr std::size_t kPart = 64UL * 1024; // what a pipe holds

} // namespace

int ProgramInput::source() const noexcept {
  const bool has_room = under_way_ < guest_link::kInputWindow;
  return frame_.empty() && has_room ? fd_ : -1;
}

void ProgramInput::read() {
  std::string bytes(std::min<std::size_t>(kPart, guest_link::kInputWindow - under_way_), '\0');
  const auto got = os::read_available(fd_, bytes);
  if (got && *got == 0) return;
  bytes.resize(got.value_or(0));
  under_way_ += bytes.size();
  if (!got) fd_ = -1;
  guest_link::append_frame(frame_, guest_link::FrameType::stdin, bytes);
}

void ProgramInput::note(const guest_link::InputNews& news) {
  if (news.taken > under_way_) guest_link::refuse("more input taken than was sent");
  under_way_ -= news.taken;
  if (!news.refused || fd_ < 0) return;
  os::replace_by_null(fd_);
  fd_ = -1;
}

std::string_view ProgramInput::pending() const noexcept {
  return std::string_view(frame_).substr(position_);
}

void ProgramInput::sent(std::size_t bytes) noexcept {
  position_ += bytes;
  if (position_ < frame_.size()) return;
  frame_.clear();
  position_ = 0;
}

} // namespace dhg::run
