// What is sent to Firecracker, against what its API takes: the table below is written
// from the description of its API, version 1.16.

#include "firecracker/requests.hpp"

#include <algorithm>
#include <catch2/catch_all.hpp>
#include <map>

using namespace dhg;
using namespace dhg_firecracker;
using nlohmann::json;

namespace {

enum class Type { boolean, integer, text, object };

struct Member {
  Type type;
  bool required;
  std::vector<std::string> choices; // of a text; empty: any
};

using Schema = std::map<std::string, Member>;

// Of the calls that are made; "/" for a member of a member. Members that the API
// refuses are those that are not here.
const std::map<std::string, Schema> kApi{
    {"PUT /machine-config",
     {{"vcpu_count", {Type::integer, true, {}}},
      {"mem_size_mib", {Type::integer, true, {}}},
      {"smt", {Type::boolean, false, {}}},
      {"track_dirty_pages", {Type::boolean, false, {}}},
      {"cpu_template", {Type::text, false, {"C3", "T2", "T2S", "T2CL", "T2A", "V1N1", "None"}}},
      {"huge_pages", {Type::text, false, {"None", "2M"}}}}},
    {"PUT /boot-source",
     {{"kernel_image_path", {Type::text, true, {}}},
      {"initrd_path", {Type::text, false, {}}},
      {"boot_args", {Type::text, false, {}}}}},
    {"PUT /drives/rootfs",
     {{"drive_id", {Type::text, true, {"rootfs"}}}, // as in the path
      {"is_root_device", {Type::boolean, true, {}}},
      {"is_read_only", {Type::boolean, false, {}}},
      {"path_on_host", {Type::text, false, {}}},
      {"partuuid", {Type::text, false, {}}},
      {"cache_type", {Type::text, false, {"Unsafe", "Writeback"}}},
      {"io_engine", {Type::text, false, {"Sync", "Async"}}},
      {"rate_limiter", {Type::object, false, {}}},
      {"socket", {Type::text, false, {}}}}},
    {"PUT /balloon",
     {{"amount_mib", {Type::integer, true, {}}},
      {"deflate_on_oom", {Type::boolean, true, {}}},
      {"stats_polling_interval_s", {Type::integer, false, {}}},
      {"free_page_hinting", {Type::boolean, false, {}}},
      {"free_page_reporting", {Type::boolean, false, {}}}}},
    {"PATCH /balloon", {{"amount_mib", {Type::integer, true, {}}}}},
    {"PUT /vsock",
     {{"guest_cid", {Type::integer, true, {}}},
      {"uds_path", {Type::text, true, {}}},
      {"vsock_id", {Type::text, false, {}}}}},
    {"PUT /actions",
     {{"action_type", {Type::text, true, {"FlushMetrics", "InstanceStart", "SendCtrlAltDel"}}}}},
    {"PATCH /vm", {{"state", {Type::text, true, {"Paused", "Resumed"}}}}},
    {"PUT /snapshot/create",
     {{"mem_file_path", {Type::text, true, {}}},
      {"snapshot_path", {Type::text, true, {}}},
      {"snapshot_type", {Type::text, false, {"Full", "Diff"}}}}},
    {"PUT /snapshot/load",
     {{"snapshot_path", {Type::text, true, {}}},
      {"mem_backend", {Type::object, false, {}}}, // or mem_file_path, which is deprecated
      {"mem_backend/backend_type", {Type::text, true, {"File", "Uffd"}}},
      {"mem_backend/backend_path", {Type::text, true, {}}},
      {"mem_file_path", {Type::text, false, {}}},
      {"vsock_override", {Type::object, false, {}}},
      {"vsock_override/uds_path", {Type::text, true, {}}},
      {"network_overrides", {Type::object, false, {}}},
      {"track_dirty_pages", {Type::boolean, false, {}}},
      {"clock_realtime", {Type::boolean, false, {}}},
      {"resume_vm", {Type::boolean, false, {}}}}},
    {"GET /balloon/statistics", {}},
    {"GET /version", {}},
};

bool is_of(Type type, const json& value) {
  switch (type) {
    case Type::boolean:
      return value.is_boolean();
    case Type::integer:
      return value.is_number_integer() && value >= 0;
    case Type::text:
      return value.is_string();
    case Type::object:
      return value.is_object();
  }
  return false;
}

void check_members(const json& body, const Schema& schema, const std::string& prefix) {
  for (const auto& [name, value] : body.items()) {
    INFO("member " << prefix << name);
    const auto known = schema.find(prefix + name);
    REQUIRE(known != schema.end());
    CHECK(is_of(known->second.type, value));
    const auto& choices = known->second.choices;
    if (!choices.empty())
      CHECK(std::find(choices.begin(), choices.end(), value.get<std::string>()) != choices.end());
    if (value.is_object()) check_members(value, schema, prefix + name + "/");
  }
  for (const auto& [name, member] : schema) {
    if (name.rfind(prefix, 0) != 0 || name.find('/', prefix.size()) != std::string::npos) continue;
    INFO("member " << name);
    if (member.required) CHECK(body.contains(name.substr(prefix.size())));
  }
}

void check(const Request& request) {
  const auto name = request.method + " " + request.target;
  INFO(name << " " << request.body.dump());
  const auto known = kApi.find(name);
  REQUIRE(known != kApi.end());
  CHECK(request.body.is_null() == (request.method == "GET"));
  if (!request.body.is_null()) check_members(request.body, known->second, "");
}

BootRequest boot(unsigned vcpus = 1) {
  return {{UINT64_C(512) << 20, vcpus, Accelerator::kvm},
          "/img/vmlinuz",
          "/img/vmlinux",
          "/snap/initrd",
          "/img/rootfs",
          "/snap/memory",
          2};
}

RestoreRequest restore(MemoryBacking backing) {
  return {{UINT64_C(512) << 20, 1, Accelerator::kvm},
          "/img/rootfs",
          "/snap/state",
          "/snap/memory",
          5,
          backing,
          2};
}

std::vector<std::string> names(const std::vector<Request>& requests) {
  std::vector<std::string> result;
  for (const auto& each : requests) result.push_back(each.method + " " + each.target);
  return result;
}

} // namespace

TEST_CASE("Firecracker requests: each is what the API takes") {
  for (const auto& request : boot_requests(boot(), "/run/v")) check(request);
  for (const auto backing : {MemoryBacking::userfaultfd, MemoryBacking::private_mapping})
    check(load_request(restore(backing), "/run/v", "/run/h"));
  for (const auto& request :
       {pause_request(), resume_request(), save_request("/snap/state", "/snap/memory"),
        balloon_request(300), balloon_statistics_request(), version_request()})
    check(request);
}

TEST_CASE("Firecracker requests: a machine is described, then started") {
  const auto requests = boot_requests(boot(4), "/run/v");
  CHECK(names(requests) == std::vector<std::string>{"PUT /machine-config", "PUT /boot-source",
                                                    "PUT /drives/rootfs", "PUT /balloon",
                                                    "PUT /vsock", "PUT /actions"});
  CHECK(requests[0].body["vcpu_count"] == 4);
  CHECK(requests[0].body["mem_size_mib"] == 512);
  CHECK(requests[1].body["kernel_image_path"] == "/img/vmlinux");
  CHECK(requests[1].body["initrd_path"] == "/snap/initrd");
  CHECK(requests[2].body["is_read_only"] == true);
  CHECK(requests[3].body["amount_mib"] == 0);
  CHECK(requests[4].body["uds_path"] == "/run/v");
  CHECK(requests[4].body["guest_cid"] >= 3);
  CHECK(requests[5].body["action_type"] == "InstanceStart");
}

TEST_CASE("Firecracker requests: a snapshot knows no path of the machine that it was made on") {
  for (const auto& request : boot_requests(boot(), "/run/v")) {
    if (request.target != "/drives/rootfs") continue;
    CHECK(request.body["path_on_host"] == "/proc/self/fd/3");
  }
}

TEST_CASE("Firecracker requests: a restore is one load, with sockets of its own") {
  const auto faults = load_request(restore(MemoryBacking::userfaultfd), "/run/v", "/run/h");
  CHECK(faults.body == json::parse(R"({"snapshot_path": "/snap/state",
                        "mem_backend": {"backend_type": "Uffd", "backend_path": "/run/h"},
                        "vsock_override": {"uds_path": "/run/v"},
                        "clock_realtime": true, "resume_vm": false})"));
  const auto mapped = load_request(restore(MemoryBacking::private_mapping), "/run/v", "");
  CHECK(mapped.body["mem_backend"] ==
        json{{"backend_type", "File"}, {"backend_path", "/snap/memory"}});
}

TEST_CASE("Firecracker requests: saving writes both files where they were asked for") {
  CHECK(save_request("/s/state", "/s/memory").body ==
        json::parse(R"({"snapshot_type": "Full", "snapshot_path": "/s/state",
                        "mem_file_path": "/s/memory"})"));
}
