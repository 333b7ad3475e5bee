#include "guest_link/frames.hpp"

#include "dhg/error.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <stdexcept>

namespace dhg::guest_link {
namespace {

bool known_from_guest(std::uint8_t type) {
  return type >= static_cast<std::uint8_t>(FrameType::guest_hello) &&
         type <= static_cast<std::uint8_t>(FrameType::stdin_taken);
}

} // namespace

void refuse(const std::string& why) {
  throw Error(Blame::environment, "the guest broke the protocol: " + why);
}

std::uint32_t read_number(std::span<const std::byte> at) noexcept {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number |= std::to_integer<std::uint32_t>(at[i]) << 8 * i;
  return number;
}

void append_frame(std::string& out, FrameType type, std::string_view payload) {
  if (payload.size() > kMaxPayloadToGuest) throw std::logic_error("frame too long");
  for (unsigned shift = 0; shift < 32; shift += 8)
    out.push_back(static_cast<char>(payload.size() >> shift & 0xff));
  out.push_back(static_cast<char>(type));
  out.append(3, '\0');
  out.append(payload);
}

void append_chunked(std::string& out, FrameType type, std::string_view payload) {
  for (; !payload.empty(); payload.remove_prefix(std::min(payload.size(), kMaxPayloadToGuest)))
    append_frame(out, type, payload.substr(0, kMaxPayloadToGuest));
}

void FrameDecoder::feed(std::span<const std::byte> bytes) {
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(position_));
  position_ = 0;
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

std::optional<Frame> FrameDecoder::next() {
  const std::span left = std::span(buffer_).subspan(position_);
  if (left.size() < kHeaderSize) return std::nullopt;
  const std::size_t length = read_number(left);
  const auto type = std::to_integer<std::uint8_t>(left[4]);
  if (length > kMaxPayloadToHost)
    refuse(fmt::format("a frame of {} bytes ({} are allowed)", length, kMaxPayloadToHost));
  if (!known_from_guest(type)) refuse(fmt::format("unknown frame type {:#x}", type));
  if (std::any_of(left.begin() + 5, left.begin() + 8, [](std::byte b) { return b != std::byte{}; }))
    refuse("reserved bytes are not zero");
  if (left.size() - kHeaderSize < length) return std::nullopt;
  position_ += kHeaderSize + length;
  const auto payload = left.subspan(kHeaderSize, length);
  return Frame{static_cast<FrameType>(type), {payload.begin(), payload.end()}};
}

} // namespace dhg::guest_link
