#pragma once

#include "dhg/deadline.hpp"
#include "dhg/error.hpp"
#include "dhg/unique_fd.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <filesystem>
#include <string>

namespace dhg_firecracker {

/// Firecracker has ended: what was waited for will not come.
class FirecrackerEnded : public dhg::Error {
 public:
  FirecrackerEnded() : Error(dhg::Blame::environment, "Firecracker ended") {}
};

/// A connected Unix socket of Firecracker's. Each wait ends at the deadline, and when
/// Firecracker does. A synchronous stream, as Boost.Beast wants it.
class WatchedStream {
 public:
  /// @param vmm pidfd of Firecracker, borrowed
  WatchedStream(dhg::UniqueFd socket, int vmm) : socket_(std::move(socket)), vmm_(vmm) {}

  void set_deadline(dhg::Deadline deadline) noexcept { deadline_ = deadline; }
  [[nodiscard]] dhg::UniqueFd release() noexcept { return std::move(socket_); }

  /// @return bytes read; 0 at the end of the stream
  /// @throws FirecrackerEnded; TimedOut at the deadline
  std::size_t read(void* to, std::size_t size);
  std::size_t write(const void* from, std::size_t size);

  // What Beast calls. It stops at an error code; what ended the wait is an exception,
  // which passes through it.
  template <class Buffers>
  std::size_t read_some(const Buffers& buffers, boost::system::error_code& error) {
    for (const auto& each : boost::beast::buffers_range_ref(buffers)) {
      const boost::asio::mutable_buffer buffer = each;
      if (buffer.size() != 0) return finish(read(buffer.data(), buffer.size()), error);
    }
    return 0;
  }
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers, boost::system::error_code& error) {
    error = {};
    for (const auto& each : boost::beast::buffers_range_ref(buffers)) {
      const boost::asio::const_buffer buffer = each;
      if (buffer.size() != 0) return write(buffer.data(), buffer.size());
    }
    return 0;
  }
  template <class Buffers>
  std::size_t read_some(const Buffers& buffers) {
    boost::system::error_code error;
    return read_some(buffers, error);
  }
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers) {
    boost::system::error_code error;
    return write_some(buffers, error);
  }

 private:
  static std::size_t finish(std::size_t bytes, boost::system::error_code& error);
  void await(short events);

  dhg::UniqueFd socket_;
  int vmm_;
  dhg::Deadline deadline_{};
};

/// The deadline has come. The caller knows what was waited for.
class TimedOut : public dhg::Error {
 public:
  TimedOut() : Error(dhg::Blame::environment, "Firecracker was not done in time") {}
};

/// Waits for `span`. @return false if Firecracker ended meanwhile
[[nodiscard]] bool sleep_while_alive(int vmm, std::chrono::milliseconds span);

/// Connects to the Unix socket at `path`. @return empty if nobody listens there (yet);
///   errno says whether the file is there
[[nodiscard]] dhg::UniqueFd try_connect(const std::filesystem::path& path);

} // namespace dhg_firecracker
