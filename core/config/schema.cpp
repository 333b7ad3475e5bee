#include "config/schema.hpp"

#include "dhg/architecture.hpp"
#include "dhg/error.hpp"
#include "text/near_names.hpp"
#include "text/plain_name.hpp"
#include "text/utf8.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <charconv>

namespace dhg::config {
namespace {

constexpr std::uint64_t kMiB = UINT64_C(1) << 20;

bool assign_size(std::uint64_t& to, const std::string& text, std::uint64_t least,
                 std::uint64_t most, std::uint64_t unit) {
  const auto bytes = parse_size(text);
  if (!bytes || *bytes < least || *bytes > most || *bytes % unit != 0) return false;
  to = *bytes;
  return true;
}

bool is_word(const std::string& text) {
  return !text.empty() && text.front() != '-' && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

bool assign_plugin(PluginChoice& to, const std::string& text) {
  const bool is_path = text.starts_with('/') && !text::find_bad_byte(text);
  if (!is_word(text) && !is_path) return false;
  to.name = text;
  return true;
}

constexpr const char* kPluginForm = "a plugin's name, or the absolute path of its library";

const std::array kSchema{
    Key{"image", "deephaven", "lower-case letters, digits and '-'",
        "the guest image: a recipe of this installation",
        [](Settings& s, const std::string& t) { return is_word(t) && (s.image = t, true); }},
    Key{"page_source", "mapped", "mapped, direct or compressed",
        "how pages are read: through the page cache, past it, or from a compressed copy",
        [](Settings& s, const std::string& t) {
          s.page_source = t == "direct"       ? PageSourceKind::direct
                          : t == "compressed" ? PageSourceKind::compressed
                                              : PageSourceKind::mapped;
          return t == "mapped" || t == "direct" || t == "compressed";
        }},
    Key{"version", "newest", "newest, or a version such as 41.1",
        "the image's version; newest: that of the newest snapshot, or the image's default",
        [](Settings& s, const std::string& t) {
          s.version = t == "newest" ? "" : t;
          return t == "newest" || text::is_version(t);
        }},
    Key{"jvm_args", "default", "default, a choice of the image, or arguments that begin with '-'",
        "how the JVM in the guest was started",
        [](Settings& s, const std::string& t) {
          s.jvm_args = t;
          return is_word(t) || (t.starts_with('-') && !text::find_bad_byte(t));
        }},
    Key{"machine.memory", "default", "default, or 128MiB to 1TiB, a multiple of 2MiB",
        "the guest's memory; default: the size that the image requests",
        [](Settings& s, const std::string& t) {
          if (t == "default") return s.machine.memory_bytes = 0, true;
          return assign_size(s.machine.memory_bytes, t, 128 * kMiB, kMiB * kMiB,
                             architecture::kMemoryGranularity);
        },
        suggest_size},
    Key{"machine.vcpus", "1", "1 to 32", "the number of vCPUs",
        [](Settings& s, const std::string& t) {
          const auto [end, error] = std::from_chars(t.data(), t.data() + t.size(), s.machine.vcpus);
          return error == std::errc() && end == t.data() + t.size() && s.machine.vcpus >= 1 &&
                 s.machine.vcpus <= 32;
        }},
    Key{"launcher.plugin", "qemu", kPluginForm, "which VMM runs the guest",
        [](Settings& s, const std::string& t) { return assign_plugin(s.launcher, t); }},
    Key{"page_server.plugin", "working-set", kPluginForm, "how guest memory is restored",
        [](Settings& s, const std::string& t) { return assign_plugin(s.page_server.choice, t); }},
    Key{"page_server.fallback", "file", "none or file",
        "what to use where userfaultfd is not permitted; none: report an error",
        [](Settings& s, const std::string& t) {
          s.page_server.fallback = t == "none" ? "" : t;
          return t == "file" || t == "none";
        }},
    Key{"page_server.notes", "snapshot", "snapshot, or the absolute path of a folder",
        "where a page server that learns keeps its notes: with the snapshot, or in that folder",
        [](Settings& s, const std::string& t) {
          s.page_server.notes = t == "snapshot" ? "" : t;
          return t == "snapshot" || (t.starts_with('/') && !text::find_bad_byte(t));
        }},
    Key{"page_server.record", "none", "none, or the absolute path of a file",
        "a file for the page faults of the run and their times",
        [](Settings& s, const std::string& t) {
          s.page_server.record = t == "none" ? "" : t;
          return t == "none" || (t.starts_with('/') && !text::find_bad_byte(t));
        }},
    Key{"page_server.patience", "10s", "1s to 60m",
        "how long it may go without installing a page while the guest waits; then the run ends",
        [](Settings& s, const std::string& t) {
          const auto patience = parse_duration(t).value_or(std::chrono::milliseconds(0));
          s.page_server.patience = patience;
          return patience >= std::chrono::seconds(1) && patience <= std::chrono::minutes(60);
        }},
    Key{"result_channel.plugin", "json-file", kPluginForm, "how the result leaves the guest",
        [](Settings& s, const std::string& t) { return assign_plugin(s.result_channel, t); }},
    Key{"run.timeout", "none", "none, or a time such as 30 (seconds), 500ms, 5m, at most 366 days",
        "time limit of a run, counted from the start of dhg",
        [](Settings& s, const std::string& t) {
          s.run.timeout = parse_duration(t);
          if (s.run.timeout && s.run.timeout->count() == 0) s.run.timeout.reset();
          return t == "none" || parse_duration(t).has_value();
        }},
    Key{"run.output_limit", "1GiB", "1KiB to 16GiB",
        "maximum output of a program, stdout and stderr together",
        [](Settings& s, const std::string& t) {
          return assign_size(s.run.output_limit, t, 1024, 16 * 1024 * kMiB, 1);
        },
        suggest_size},
    Key{"run.result_limit", "256MiB", "1KiB to 1GiB",
        "maximum size of the result, not counting output",
        [](Settings& s, const std::string& t) {
          return assign_size(s.run.result_limit, t, 1024, 1024 * kMiB, 1);
        },
        suggest_size},
    Key{"run.hold_updates", "false", "true or false",
        "whether Deephaven holds back table updates while the program runs",
        [](Settings& s, const std::string& t) {
          s.run.hold_updates = t == "true";
          return t == "true" || t == "false";
        }},
};

constexpr std::array<std::string_view, 3> kOptionsPaths{"launcher.options", "page_server.options",
                                                        "result_channel.options"};

} // namespace

std::span<const Key> schema() { return kSchema; }

const Key* find_key(std::string_view path) {
  for (const auto& key : kSchema)
    if (key.path == path) return &key;
  return nullptr;
}

bool is_options_path(std::string_view path) {
  return std::find(kOptionsPaths.begin(), kOptionsPaths.end(), path) != kOptionsPaths.end();
}

std::vector<std::string> keys_below(std::string_view group) {
  std::vector<std::string> result;
  const auto prefix = group.empty() ? std::string() : std::string(group) + '.';
  const auto add = [&](std::string_view path) {
    if (!path.starts_with(prefix)) return;
    path.remove_prefix(prefix.size());
    const std::string child(path.substr(0, path.find('.')));
    if (std::find(result.begin(), result.end(), child) == result.end()) result.push_back(child);
  };
  for (const auto& key : kSchema) add(key.path);
  for (const auto path : kOptionsPaths) add(path);
  return result;
}

void Problems::add(const Origin& where, const std::string& what) {
  lines_.push_back(fmt::format("{}: {}", where.text, what));
}

void Problems::add_unknown(const Origin& where, const std::string& what, std::string_view word,
                           const std::vector<std::string>& known) {
  auto line = what;
  if (const auto near = text::near_names(word, known); !near.empty()) {
    line += fmt::format("; did you mean '{}'?", fmt::join(near, "' or '"));
  } else if (known.empty()) {
    line += "; it has none";
  } else {
    line += fmt::format("; choose one of: {}", fmt::join(known, ", "));
  }
  add(where, line);
}

void Problems::add_not_a_group(const Origin& where, std::string_view path) {
  add(where, is_options_path(path) ? fmt::format("'{}' is a map of the plugin's options", path)
                                   : fmt::format("'{}' is a group of keys: {}", path,
                                                 fmt::join(keys_below(path), ", ")));
}

void Problems::add_impossible(const RawNode& value, const std::string& what,
                              std::string_view allowed,
                              const std::optional<std::string>& suggestion) {
  const auto shown = value.kind == RawNode::Kind::map        ? "a group of keys is not valid"
                     : value.kind == RawNode::Kind::sequence ? "a list is not valid"
                     : value.text.empty()
                         ? "a value is missing"
                         : fmt::format("'{}' is not valid", text::printable(value.text));
  // A flag tells by itself what it is about.
  const bool told = value.origin.kind == Origin::Kind::flag && find_key(what) != nullptr;
  add(value.origin,
      fmt::format("{}{}; expected {}{}", told ? "" : what + ": ", shown, allowed,
                  suggestion ? fmt::format("; did you mean '{}'?", *suggestion) : ""));
}

void Problems::raise() const {
  constexpr std::size_t kMost = 20; // a file of another kind is wrong in every line
  if (lines_.empty()) return;
  const auto shown = std::span(lines_).first(std::min(lines_.size(), kMost));
  throw Error(
      Blame::usage, fmt::format("{}", fmt::join(shown, "\ndhg: ")),
      lines_.size() > kMost ? fmt::format("and {} more problems", lines_.size() - kMost) : "");
}

} // namespace dhg::config
