#pragma once

#include "requests.hpp"
#include "run_folder.hpp"
#include "watched_stream.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <optional>

namespace dhg_firecracker {

/// A client of Firecracker's HTTP API, one call at a time. Used from one thread. Each
/// call throws Error with Firecracker's own words if it refuses, FirecrackerEnded when
/// it is gone, and Error at the deadline.
class Api {
 public:
  /// Waits until Firecracker, which may only just have been started, listens.
  /// @param vmm its pidfd, borrowed
  Api(const RunFolder& folder, int vmm, dhg::Deadline deadline);

  /// @return the answer's body; null if it has none
  nlohmann::json call(const Request& request, dhg::Deadline deadline);

 private:
  WatchedStream stream_;
  boost::beast::flat_buffer buffer_;
};

} // namespace dhg_firecracker
