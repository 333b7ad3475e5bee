#pragma once

#include "dhg/vm_launcher.hpp"

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace dhg_firecracker {

/// Numbers of the descriptors that Firecracker inherits, besides 1 and 2.
enum ChildFd : int {
  /// The root file system. A snapshot keeps the path of its disk: this one is the same
  /// in every process, wherever the image lies.
  kRootfsFd = 3,
};

/// Changes when the machine below changes, for then old snapshots do not fit.
inline constexpr const char* kMachineVersion = "firecracker-2";

/// A call of Firecracker's API.
struct Request {
  std::string method; ///< "PUT"
  std::string target; ///< "/machine-config"
  nlohmann::json body;
};

// All pure functions of what was validated before.

[[nodiscard]] std::vector<std::string> arguments(const std::filesystem::path& api_socket);

/// Everything that describes a machine, in the order in which it is sent, up to its
/// start. @param vsock where the guest's vsock comes out
[[nodiscard]] std::vector<Request> boot_requests(const dhg::BootRequest& request,
                                                 const std::filesystem::path& vsock);
/// @param handoff the socket that the memory's handshake goes to; only with userfaultfd
[[nodiscard]] Request load_request(const dhg::RestoreRequest& request,
                                   const std::filesystem::path& vsock,
                                   const std::filesystem::path& handoff);
[[nodiscard]] Request pause_request();
[[nodiscard]] Request resume_request();
[[nodiscard]] Request save_request(const std::filesystem::path& state,
                                   const std::filesystem::path& memory);
/// @param mebibytes what the balloon takes from the guest
[[nodiscard]] Request balloon_request(std::uint64_t mebibytes);
[[nodiscard]] Request balloon_statistics_request();
[[nodiscard]] Request version_request();

} // namespace dhg_firecracker
