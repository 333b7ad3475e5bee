#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dhg::guest_link {

// The wire format of docs/guest-protocol.md.

inline constexpr int kProtocolVersion = 3;
inline constexpr std::size_t kHeaderSize = 8;
inline constexpr std::size_t kMaxPayloadToGuest = 1024 * 1024;
inline constexpr std::size_t kMaxPayloadToHost = 32'760;
/// Bytes of a program's input that the guest may be sent ahead of what it says it has taken.
inline constexpr std::size_t kInputWindow = 256 * 1024;

enum class FrameType : std::uint8_t {
  host_hello = 0x01,
  code = 0x02,
  channel = 0x03,
  run = 0x04,
  quiesce = 0x05,
  setup = 0x06,
  interrupt = 0x07,
  stdin = 0x08,
  guest_hello = 0x81,
  out = 0x82,
  err = 0x83,
  result = 0x84,
  done = 0x85,
  quiesced = 0x86,
  exited = 0x87,
  error = 0x88,
  stdin_taken = 0x89,
};

/// A number of the wire format: four bytes, little endian. @param at four bytes or more
[[nodiscard]] std::uint32_t read_number(std::span<const std::byte> at) noexcept;

struct Frame {
  FrameType type;
  std::vector<std::byte> payload;
};

/// Appends one frame to `out`; a payload over kMaxPayloadToGuest is a mistake of
/// the caller (std::logic_error).
void append_frame(std::string& out, FrameType type, std::string_view payload);
/// The same for long payloads, as several frames. None for an empty one.
void append_chunked(std::string& out, FrameType type, std::string_view payload);

/// @throws Error: what the guest sent is not the protocol
[[noreturn]] void refuse(const std::string& why);

/// Takes frames out of the bytes that a guest sent, however they are cut. Hostile:
/// never holds more than one frame beyond what was fed.
class FrameDecoder {
 public:
  void feed(std::span<const std::byte> bytes);
  /// @return the next complete frame, or nothing.
  /// @throws Error if the bytes are not the protocol; the stream is lost then.
  [[nodiscard]] std::optional<Frame> next();
  /// Whether a frame has begun and not ended.
  [[nodiscard]] bool in_the_middle() const noexcept { return position_ < buffer_.size(); }

 private:
  std::vector<std::byte> buffer_;
  std::size_t position_ = 0;
};

} // namespace dhg::guest_link
