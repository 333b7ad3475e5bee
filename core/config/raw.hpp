#pragma once

#include "os/ear.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dhg::config {

/// Where a value comes from.
struct Origin {
  enum class Kind { default_value, file, environment, flag };
  Kind kind = Kind::default_value;
  std::string text; ///< "fast.yaml:3:9", "DHG_VM_NO_UFFD", "--set"
};

/// What a file, the environment or a flag said, not yet checked for meaning.
struct RawNode {
  enum class Kind { map, scalar, sequence };
  struct Member;

  Kind kind = Kind::map;
  Origin origin;
  std::string text;            ///< of a scalar
  std::vector<Member> members; ///< of a map, in the order of the file
  /// Of a plugin's section: options by the name of the plugin that they were given
  /// for, when the environment or a flag has chosen another one.
  std::vector<Member> set_aside;

  [[nodiscard]] const RawNode* find(std::string_view key) const;
  [[nodiscard]] RawNode* find(std::string_view key);
};

struct RawNode::Member {
  std::string key;
  Origin key_origin;
  RawNode value;
};

/// Reads one YAML document whose root is a map.
/// @throws Error(Blame::usage) with name:line:column for what is not that: nothing at
///   all, what is not UTF-8, duplicate keys, anchors, tags, deep nesting, more than
///   1000 members of one node; and for more than one document or 1 MiB
[[nodiscard]] RawNode parse_text(const std::string& text, const std::string& name);
/// The same from a file; messages name it as `path` does. @param ear may be null
/// @throws os::Interrupted too: the file may be a pipe
[[nodiscard]] RawNode parse_file(const std::filesystem::path& path, const os::Ear* ear = nullptr);

/// Puts "page_server.plugin=lazy-4k" over what is there. With another plugin, the
/// file's options for the one before are set aside. A plugin's relative path begins in the
/// current folder.
/// @throws Error(Blame::usage) if it has no such form, or the key holds no value
void apply_set(RawNode& root, const std::string& assignment);

/// The same for a flag of its own, such as "--timeout": messages name that.
/// @param path a key that holds a value
void apply_flag(RawNode& root, const std::string& flag, const std::string& path,
                const std::string& value);

/// Puts the environment's switches over what is there: DHG_VM_EAGER_UFFD=1 and
/// DHG_VM_NO_UFFD=1, and DHG_VERSION.
/// @throws Error(Blame::usage) if both are set, or one is neither 0 nor 1
void apply_environment(RawNode& root,
                       const std::function<std::optional<std::string>(const char*)>& environment);

/// A config by the name that a user gives: a path, or a file of `installed`, with or
/// without its ".yaml".
/// @throws Error(Blame::usage) that names both places and lists the installed ones
[[nodiscard]] std::filesystem::path locate(const std::string& name,
                                           const std::filesystem::path& installed);

} // namespace dhg::config
