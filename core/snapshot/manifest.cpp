#include "snapshot/manifest.hpp"

#include "dhg/error.hpp"
#include "text/plain_name.hpp"

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
  // Some of it came out of a guest, and all of it is shown on terminals.
  if (std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
    refuse(fmt::format("'{}' has control characters", name));
  return text;
}

std::string text(const json& object, const char* name) {
  return as_text(member(object, name), name);
}

std::vector<std::string> texts(const json& object, const char* name) {
  std::vector<std::string> result;
  for (const auto& value : list_member(object, name)) result.push_back(as_text(value, name));
  return result;
}

std::uint64_t number(const json& object, const char* name, std::uint64_t least,
                     std::uint64_t most) {
  const auto& value = member(object, name);
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() < least ||
      value.get<std::uint64_t>() > most)
    refuse(fmt::format("'{}' is not an integer from {} to {}", name, least, most));
  return value.get<std::uint64_t>();
}

std::vector<double> times(const json& object, const char* name) {
  std::vector<double> result;
  for (const auto& time : list_member(object, name)) {
    if (!time.is_number() || time.get<double>() < 0)
      refuse(fmt::format("'{}' is not a list of times", name));
    result.push_back(time.get<double>());
  }
  return result;
}

// It is joined to a folder's path.
std::string plain_name(const json& object, const char* name) {
  auto value = text(object, name);
  if (!text::is_plain_name(value)) refuse(fmt::format("'{}' is not a plain name", name));
  return value;
}

std::string hex(const json& object, const char* name) {
  auto value = text(object, name);
  if (value.size() != 32 || value.find_first_not_of("0123456789abcdef") != std::string::npos)
    refuse(fmt::format("'{}' is not a digest", name));
  return value;
}

std::string time_of(const json& object, const char* name) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00Z"; // 0: any digit
  auto value = text(object, name);
  const bool matches =
      std::equal(value.begin(), value.end(), kForm.begin(), kForm.end(),
                 [](char c, char form) { return form == '0' ? c >= '0' && c <= '9' : c == form; });
  if (!matches) refuse(fmt::format("'{}' is not a time in UTC", name));
  return value;
}

constexpr std::uint64_t kMaxFile = UINT64_C(1) << 45;
constexpr std::uint64_t kMemoryUnit = UINT64_C(2) << 20; // MachineSpec::memory_bytes

} // namespace

const Manifest::File* find_file(const Manifest& manifest, std::string_view name) {
  const auto found = std::find_if(manifest.files.begin(), manifest.files.end(),
                                  [&](const auto& file) { return file.name == name; });
  return found == manifest.files.end() ? nullptr : &*found;
}

std::string to_json(const Manifest& m) {
  json files = json::array();
  for (const auto& file : m.files)
    files.push_back({{"name", file.name},
                     {"bytes", file.bytes},
                     {"allocated_bytes", file.allocated_bytes},
                     {"xxh3_128", file.digest}});
  json warmup = json::array();
  for (const auto& done : m.warmup)
    warmup.push_back({{"family", done.family},
                      {"program", done.program},
                      {"ms", done.ms},
                      {"memory_bytes", done.memory_bytes},
                      {"failure", done.failure}});
  const json root{
      {"format", Manifest::kFormat},
      {"created", m.created},
      {"dhg_version", m.dhg_version},
      {"image",
       {{"recipe", m.image.recipe}, {"version", m.image.version}, {"digest", m.image.digest}}},
      {"guest",
       {{"agent", m.guest.agent},
        {"agent_digest", m.guest.agent_digest},
        {"python", m.guest.python},
        {"protocol", m.guest.protocol},
        {"jvm_args", m.guest.jvm_args},
        {"warmup_digest", m.guest.warmup_digest}}},
      {"launcher",
       {{"name", m.launcher.name},
        {"version", m.launcher.version},
        {"fingerprint", m.launcher.fingerprint},
        {"options", m.launcher.options}}},
      {"machine",
       {{"memory_bytes", m.machine.memory_bytes},
        {"vcpus", m.machine.vcpus},
        {"accelerator", m.machine.accelerator}}},
      {"channels", m.channels},
      {"warmup", warmup},
      {"files", files},
  };
  return root.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

Manifest parse_manifest(const std::string& source) {
  if (source.size() > Manifest::kMaxBytes) refuse("it is too large");
  const auto root = json::parse(source, nullptr, false);
  if (!root.is_object()) refuse("it is not a JSON object");
  if (const auto format = number(root, "format", 1, 1'000'000); format != Manifest::kFormat)
    refuse(fmt::format("it has format {}, made by {} dhg; this one knows format {}", format,
                       format > static_cast<unsigned>(Manifest::kFormat) ? "a newer" : "an older",
                       Manifest::kFormat));

  Manifest m;
  m.created = time_of(root, "created");
  m.dhg_version = text(root, "dhg_version");
  const auto& image = object_member(root, "image");
  m.image = {plain_name(image, "recipe"), text(image, "version"), hex(image, "digest")};
  if (!m.image.version.empty() && !text::is_version(m.image.version))
    refuse("'version' is not a version");
  const auto& guest = object_member(root, "guest");
  m.guest = {text(guest, "agent"),     hex(guest, "agent_digest"),
             text(guest, "python"),    static_cast<int>(number(guest, "protocol", 1, 1000)),
             texts(guest, "jvm_args"), hex(guest, "warmup_digest")};
  const auto& launcher = object_member(root, "launcher");
  m.launcher = {
      plain_name(launcher, "name"), text(launcher, "version"), text(launcher, "fingerprint"),
      launcher.contains("options") ? texts(launcher, "options") : std::vector<std::string>()};
  const auto& machine = object_member(root, "machine");
  m.machine = {number(machine, "memory_bytes", kMemoryUnit, kMaxFile),
               static_cast<unsigned>(number(machine, "vcpus", 1, 32)),
               text(machine, "accelerator")};
  if (m.machine.memory_bytes % kMemoryUnit != 0)
    refuse("'memory_bytes' is not a multiple of 2 MiB");
  if (m.machine.accelerator != "tcg" && m.machine.accelerator != "kvm")
    refuse("'accelerator' is neither tcg nor kvm");
  m.channels = texts(root, "channels");
  for (const auto& done : list_member(root, "warmup")) {
    if (!done.is_object()) refuse("'warmup' is not a list of objects");
    m.warmup.push_back({text(done, "family"), text(done, "program"), times(done, "ms"),
                        number(done, "memory_bytes", 0, kMaxFile), text(done, "failure")});
  }
  for (const auto& file : list_member(root, "files")) {
    if (!file.is_object()) refuse("'files' is not a list of objects");
    m.files.push_back({plain_name(file, "name"), number(file, "bytes", 0, kMaxFile),
                       number(file, "allocated_bytes", 0, kMaxFile), hex(file, "xxh3_128")});
    if (find_file(m, m.files.back().name) != &m.files.back())
      refuse(fmt::format("'files' has '{}' twice", m.files.back().name));
  }
  return m;
}

} // namespace dhg::snapshot
