#include "run/exec/output.hpp"

#include "dhg/error.hpp"
#include "os/descriptors.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <string_view>

namespace dhg::run {
namespace {

constexpr std::size_t kFull = 1024 * 1024;

} // namespace

void StreamSink::out(std::span<const std::byte> bytes) {
  append(out_, bytes);
  if (!bytes.empty()) last_out_ = bytes.back();
}

void StreamSink::append(Queue& queue, std::span<const std::byte> bytes) {
  queue.bytes.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

StreamSink::Queue& StreamSink::queue(int fd) noexcept {
  return fd == os::kStandardOutput ? out_ : err_;
}

bool StreamSink::pending(int fd) const noexcept {
  const auto& q = fd == os::kStandardOutput ? out_ : err_;
  return q.written < q.bytes.size();
}

bool StreamSink::full() const noexcept {
  return out_.bytes.size() - out_.written + err_.bytes.size() - err_.written > kFull;
}

bool StreamSink::pump(int fd) {
  auto& q = queue(fd);
  // The descriptor is shared with whoever gave it to us and stays blocking; after
  // POLLOUT a pipe takes this much at once.
  const auto part = std::min<std::size_t>(q.bytes.size() - q.written, PIPE_BUF);
  const auto written = os::write_some(fd, std::string_view(q.bytes).substr(q.written, part));
  if (!written && errno == EPIPE) return false;
  if (!written && errno != EINTR && errno != EAGAIN)
    throw system_error(errno, fd == os::kStandardOutput ? "cannot write to standard output"
                                                        : "cannot write to standard error");
  if (!written) return true;
  q.written += *written;
  if (q.written == q.bytes.size()) q = {};
  return true;
}

void CaptureSink::out(std::span<const std::byte> bytes) {
  out_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

void CaptureSink::err(std::span<const std::byte> bytes) {
  err_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

} // namespace dhg::run
