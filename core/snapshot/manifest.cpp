#include "snapshot/manifest.hpp"

#include "dhg/error.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <nlohmann/json.hpp>

namespace dhg::snapshot {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxList = 1000;
constexpr std::size_t kMaxText = 4096;

[[noreturn]] void refuse(const std::string& why) {
  throw Error(Blame::environment, "the snapshot's manifest is not valid: " + why);
}

const json& member(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) refuse(fmt::format("'{}' is missing", name));
  return *found;
}

const json& object_member(const json& object, const char* name) {
  const auto& value = member(object, name);
  if (!value.is_object()) refuse(fmt::format("'{}' is not an object", name));
  return value;
}

const json& list_member(const json& object, const char* name) {
  const auto& value = member(object, name);
  if (!value.is_array() || value.size() > kMaxList)
    refuse(fmt::format("'{}' is not a short list", name));
  return value;
}

std::string as_text(const json& value, const char* name) {
  if (!value.is_string()) refuse(fmt::format("'{}' is not text", name));
  auto text = value.get<std::string>();
  if (text.size() > kMaxText) refuse(fmt::format("'{}' is too long", name));
  return text;
}

std::string text(const json& object, const char* name) {
  return as_text(member(object, name), name);
}

std::uint64_t number(const json& object, const char* name, std::uint64_t most) {
  const auto& value = member(object, name);
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > most)
    refuse(fmt::format("'{}' is not an integer up to {}", name, most));
  return value.get<std::uint64_t>();
}

// A plain name: it is joined to the snapshot's folder.
std::string file_name(const json& object, const char* name) {
  auto value = text(object, name);
  const bool plain = !value.empty() && value.front() != '.' &&
                     std::all_of(value.begin(), value.end(), [](unsigned char c) {
                       return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
                     });
  if (!plain) refuse(fmt::format("'{}' is not a plain name", name));
  return value;
}

std::string hex(const json& object, const char* name) {
  auto value = text(object, name);
  if (value.size() != 32 || !std::all_of(value.begin(), value.end(),
                                         [](unsigned char c) { return std::isxdigit(c) != 0; }))
    refuse(fmt::format("'{}' is not a digest", name));
  return value;
}

constexpr std::uint64_t kMaxBytes = UINT64_C(1) << 45;

} // namespace

std::string to_json(const Manifest& m) {
  json files = json::array();
  for (const auto& file : m.files)
    files.push_back({{"name", file.name},
                     {"bytes", file.bytes},
                     {"allocated_bytes", file.allocated_bytes},
                     {"xxh3_128", file.digest}});
  const json root{
      {"format", Manifest::kFormat},
      {"created", m.created},
      {"dhg_version", m.dhg_version},
      {"image", {{"recipe", m.image.recipe}, {"digest", m.image.digest}}},
      {"guest",
       {{"agent", m.guest.agent},
        {"agent_digest", m.guest.agent_digest},
        {"python", m.guest.python},
        {"protocol", m.guest.protocol}}},
      {"launcher",
       {{"name", m.launcher.name},
        {"version", m.launcher.version},
        {"fingerprint", m.launcher.fingerprint}}},
      {"machine",
       {{"memory_bytes", m.machine.memory_bytes},
        {"vcpus", m.machine.vcpus},
        {"accelerator", m.machine.accelerator}}},
      {"channels", m.channels},
      {"warmup_ms", m.warmup_ms},
      {"files", files},
  };
  return root.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

Manifest parse_manifest(const std::string& source) {
  const auto root = json::parse(source, nullptr, false);
  if (!root.is_object()) refuse("it is not a JSON object");
  if (const auto format = number(root, "format", 1'000'000); format != Manifest::kFormat)
    refuse(fmt::format("it has format {}, this dhg knows {}", format, Manifest::kFormat));

  Manifest m;
  m.created = text(root, "created");
  m.dhg_version = text(root, "dhg_version");
  const auto& image = object_member(root, "image");
  m.image = {file_name(image, "recipe"), hex(image, "digest")};
  const auto& guest = object_member(root, "guest");
  m.guest = {text(guest, "agent"), hex(guest, "agent_digest"), text(guest, "python"),
             static_cast<int>(number(guest, "protocol", 1000))};
  const auto& launcher = object_member(root, "launcher");
  m.launcher = {file_name(launcher, "name"), text(launcher, "version"),
                text(launcher, "fingerprint")};
  const auto& machine = object_member(root, "machine");
  m.machine = {number(machine, "memory_bytes", kMaxBytes),
               static_cast<unsigned>(number(machine, "vcpus", 1024)), text(machine, "accelerator")};
  if (m.machine.accelerator != "tcg" && m.machine.accelerator != "kvm")
    refuse("'accelerator' is neither tcg nor kvm");
  for (const auto& channel : list_member(root, "channels"))
    m.channels.push_back(as_text(channel, "channels"));
  for (const auto& time : list_member(root, "warmup_ms")) {
    if (!time.is_number()) refuse("'warmup_ms' is not a list of numbers");
    m.warmup_ms.push_back(time.get<double>());
  }
  for (const auto& file : list_member(root, "files")) {
    if (!file.is_object()) refuse("'files' is not a list of objects");
    m.files.push_back({file_name(file, "name"), number(file, "bytes", kMaxBytes),
                       number(file, "allocated_bytes", kMaxBytes), hex(file, "xxh3_128")});
  }
  return m;
}

} // namespace dhg::snapshot
