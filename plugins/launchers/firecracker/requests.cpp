#include "requests.hpp"

#include "dhg/guest_machine.hpp"

#include <fmt/format.h>

namespace dhg_firecracker {
namespace {

using nlohmann::json;

// Any number above 2 does: each machine has a vsock of its own.
constexpr unsigned kGuestCid = 3;

// A guest that resets its machine through the keyboard controller ends Firecracker.
constexpr const char* kReset = dhg::architecture::kResetByKeyboard;

} // namespace

std::vector<std::string> arguments(const std::filesystem::path& api_socket) {
  return {"--api-sock", api_socket.string()};
}

std::vector<Request> boot_requests(const dhg::BootRequest& request,
                                   const std::filesystem::path& vsock) {
  const auto& machine = request.machine;
  return {
      {"PUT",
       "/machine-config",
       {{"vcpu_count", machine.vcpus},
        {"mem_size_mib", machine.memory_bytes >> 20},
        {"smt", false},
        {"track_dirty_pages", false}}},
      {"PUT",
       "/boot-source",
       {{"kernel_image_path", request.kernel_elf.string()},
        {"initrd_path", request.initrd.string()},
        {"boot_args", dhg::kernel_arguments(kReset)}}},
      // Not the root device: that is the initramfs, which mounts this one.
      {"PUT",
       "/drives/rootfs",
       {{"drive_id", "rootfs"},
        {"path_on_host", fmt::format("/proc/self/fd/{}", +kRootfsFd)},
        {"is_root_device", false},
        {"is_read_only", true}}},
      // Statistics tell how far the balloon is, and can only be had from the start on.
      {"PUT",
       "/balloon",
       {{"amount_mib", 0}, {"deflate_on_oom", true}, {"stats_polling_interval_s", 1}}},
      {"PUT", "/vsock", {{"guest_cid", kGuestCid}, {"uds_path", vsock.string()}}},
      {"PUT", "/actions", {{"action_type", "InstanceStart"}}},
  };
}

Request load_request(const dhg::RestoreRequest& request, const std::filesystem::path& vsock,
                     const std::filesystem::path& handoff) {
  const bool faults = request.backing == dhg::MemoryBacking::userfaultfd;
  return {"PUT",
          "/snapshot/load",
          {{"snapshot_path", request.state.string()},
           {"mem_backend",
            {{"backend_type", faults ? "Uffd" : "File"},
             {"backend_path", faults ? handoff.string() : request.memory.string()}}},
           {"vsock_override", {{"uds_path", vsock.string()}}},
           {"clock_realtime", true},
           {"resume_vm", false}}};
}

Request pause_request() { return {"PATCH", "/vm", {{"state", "Paused"}}}; }

Request resume_request() { return {"PATCH", "/vm", {{"state", "Resumed"}}}; }

Request save_request(const std::filesystem::path& state, const std::filesystem::path& memory) {
  return {"PUT",
          "/snapshot/create",
          {{"snapshot_type", "Full"},
           {"snapshot_path", state.string()},
           {"mem_file_path", memory.string()}}};
}

Request balloon_request(std::uint64_t mebibytes) {
  return {"PATCH", "/balloon", {{"amount_mib", mebibytes}}};
}

Request balloon_statistics_request() { return {"GET", "/balloon/statistics", nullptr}; }

Request version_request() { return {"GET", "/version", nullptr}; }

} // namespace dhg_firecracker
