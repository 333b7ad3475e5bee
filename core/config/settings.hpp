#pragma once

#include "config/raw.hpp"
#include "config/units.hpp"
#include "dhg/options.hpp"
#include "dhg/plugin.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dhg::config {

/// A plugin by name or absolute path, and the options given for it, not yet checked
/// against its declarations.
struct PluginChoice {
  std::string name;
  std::optional<RawNode> options;
  Origin origin = {}; ///< of the name
};

/// How the bytes of pages are read from the snapshot.
enum class PageSourceKind { mapped, direct, compressed };

/// The validated configuration. docs/configuration.md describes each key.
struct Settings {
  std::string image;
  Origin image_origin;
  std::string version;  ///< of the image; empty: the newest snapshot's
  std::string jvm_args; ///< a choice of the image's recipe, or arguments that begin with '-'
  struct Machine {
    std::uint64_t memory_bytes = 0; ///< 0: what the image asks for
    unsigned vcpus = 1;
  } machine;
  PluginChoice launcher;
  struct PageServer {
    PluginChoice choice;
    std::string fallback; ///< the page server where userfaultfd is not permitted; empty: none
    std::string record;   ///< a file for the faults of the run; empty: none
    std::string notes;    ///< a folder for what it learns; empty: the snapshot's
    /// How long it may go without installing anything while the guest waits.
    std::chrono::milliseconds patience{0};
  } page_server;
  PageSourceKind page_source = PageSourceKind::mapped;
  PluginChoice result_channel;
  struct Run {
    std::optional<std::chrono::milliseconds> timeout;
    std::uint64_t output_limit = 0; ///< bytes
    std::uint64_t result_limit = 0; ///< bytes
    bool hold_updates = false;      ///< as a client's run_script does
  } run;
  /// The config file as it was named; empty: nobody named one.
  std::string config;
  /// Flags from which `dhg vm prepare` makes the snapshot that these settings want,
  /// beside the config, the image and its version.
  std::vector<std::string> prepare_flags;
};

/// Checks everything and fills in defaults.
/// @throws Error(Blame::usage) that lists every problem at its place
[[nodiscard]] Settings validate(const RawNode& raw);

/// Those values that flags gave and that concern a snapshot, but for the image and its
/// version, as --set would take them.
[[nodiscard]] std::vector<std::string> repeat_flags(const RawNode& raw);

/// Checks a plugin's options against what it declares; what is not given has its
/// default. @param options may be null
/// @throws Error(Blame::usage) that lists every problem at its place
[[nodiscard]] Options validate_options(const RawNode* options, std::span<const dhg_option> declared,
                                       std::string_view plugin_name);

/// Those of the options that differ from their defaults: "binary=/opt/qemu". In the order in
/// which they are declared; two spellings of one value are the same.
/// @param options may be null; valid, as validate_options() has found
[[nodiscard]] std::vector<std::string> changed_options(const RawNode* options,
                                                       std::span<const dhg_option> declared);

/// "an integer from 0 to 64": what an option can be.
[[nodiscard]] std::string allowed_values(const dhg_option& option);

/// What a run would use, as YAML that means the same, each value with its origin; and
/// which options are not used because they are another plugin's.
[[nodiscard]] std::string show(const RawNode& raw);

} // namespace dhg::config
