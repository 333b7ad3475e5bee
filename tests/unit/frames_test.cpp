#include "guest_link/frames.hpp"

#include "dhg/error.hpp"

#include <catch2/catch_all.hpp>
#include <stdexcept>

using namespace dhg;
using namespace dhg::guest_link;
using Catch::Matchers::ContainsSubstring;

namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

std::string payload_of(const Frame& frame) {
  return {reinterpret_cast<const char*>(frame.payload.data()), frame.payload.size()};
}

std::string header(std::uint32_t length, unsigned type, std::string_view reserved = {"\0\0\0", 3}) {
  std::string text;
  for (unsigned shift = 0; shift < 32; shift += 8)
    text += static_cast<char>(length >> shift & 0xff);
  text += static_cast<char>(type);
  return text.append(reserved);
}

std::optional<Frame> decode(std::string_view text) {
  FrameDecoder decoder;
  decoder.feed(bytes_of(text));
  return decoder.next();
}

} // namespace

TEST_CASE("frames: a frame is its length, its type, three zeros and its payload") {
  std::string out;
  append_frame(out, FrameType::run, "abc");
  CHECK(out == header(3, 0x04) + "abc");
  append_frame(out, FrameType::quiesce, "");
  CHECK(out == header(3, 0x04) + "abc" + header(0, 0x05));
}

TEST_CASE("frames: long payloads go as several frames, empty ones as none") {
  std::string out;
  append_chunked(out, FrameType::code, "");
  CHECK(out.empty());
  const std::string text(2 * kMaxPayloadToGuest + 5, 'x');
  append_chunked(out, FrameType::code, text);
  CHECK(out.size() == text.size() + 3 * kHeaderSize);
  CHECK(out.substr(0, kHeaderSize) == header(kMaxPayloadToGuest, 0x02));
  CHECK(out.substr(out.size() - 13) == header(5, 0x02) + "xxxxx");
}

TEST_CASE("frames: one that is too long to send is the caller's mistake") {
  std::string out;
  append_frame(out, FrameType::run, std::string(kMaxPayloadToGuest, 'x'));
  CHECK_THROWS_AS(append_frame(out, FrameType::run, std::string(kMaxPayloadToGuest + 1, 'x')),
                  std::logic_error);
}

TEST_CASE("frames: taken out however the bytes are cut") {
  const std::string stream = header(3, 0x82) + "abc" + header(0, 0x84) + header(5, 0x83) + "defgh" +
                             header(kMaxPayloadToHost, 0x82) + std::string(kMaxPayloadToHost, 'z');
  const auto cut = GENERATE(std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{8},
                            std::size_t{9}, std::size_t{13}, std::size_t{100'000});
  FrameDecoder decoder;
  std::vector<Frame> frames;
  for (std::string_view rest = stream; !rest.empty();
       rest.remove_prefix(std::min(cut, rest.size()))) {
    decoder.feed(bytes_of(rest.substr(0, cut)));
    while (auto frame = decoder.next()) frames.push_back(std::move(*frame));
  }
  REQUIRE(frames.size() == 4);
  CHECK(payload_of(frames[0]) == "abc");
  CHECK(frames[1].type == FrameType::result);
  CHECK(frames[1].payload.empty());
  CHECK(payload_of(frames[2]) == "defgh");
  CHECK(frames[3].payload.size() == kMaxPayloadToHost);
  CHECK_FALSE(decoder.in_the_middle());
}

TEST_CASE("frames: half a frame is none, and is seen to be half") {
  FrameDecoder decoder;
  CHECK_FALSE(decoder.in_the_middle());
  decoder.feed(bytes_of(header(3, 0x82) + "ab"));
  CHECK_FALSE(decoder.next());
  CHECK(decoder.in_the_middle());
  decoder.feed(bytes_of("c"));
  CHECK(decoder.next());
  CHECK_FALSE(decoder.in_the_middle());
}

TEST_CASE("frames: hostile headers are refused before the payload is there") {
  CHECK_THROWS_WITH(decode(header(kMaxPayloadToHost + 1, 0x82)), ContainsSubstring("32761 bytes"));
  CHECK_THROWS_WITH(decode(header(0xffffffff, 0x82)), ContainsSubstring("4294967295 bytes"));
  for (const unsigned type : {0x00U, 0x01U, 0x04U, 0x7fU, 0x80U, 0x8aU, 0xffU})
    CHECK_THROWS_WITH(decode(header(0, type)), ContainsSubstring("unknown frame type"));
  for (const auto& reserved :
       {std::string("\1\0\0", 3), std::string("\0\1\0", 3), std::string("\0\0\x80", 3)})
    CHECK_THROWS_WITH(decode(header(0, 0x82, reserved)), ContainsSubstring("reserved"));
  CHECK_THROWS_AS(decode(header(0, 0)), Error);
}
