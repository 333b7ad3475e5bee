#pragma once

#include "config/settings.hpp"
#include "snapshot/names.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dhg::run {

/// What an image asks of the machines that run it, and how a snapshot of it is warmed
/// up: the file guest.yaml of a recipe. How the image is built is in `recipe` beside it.
struct Recipe {
  std::uint64_t memory_bytes = 0; ///< of a machine for which nothing else is said
  std::string default_version;    ///< empty: the image comes in no versions
  std::string executor;           ///< what the agent runs programs with
  /// Choices of JVM arguments by name, the first is the default. Empty: no JVM.
  std::vector<std::pair<std::string, std::vector<std::string>>> jvm_args;
  std::vector<std::string> modules;  ///< imported before the warm-up
  std::vector<std::string> channels; ///< result channels to warm up
  struct Step {
    std::filesystem::path path;
    unsigned runs = 1;
  };
  std::vector<Step> warmup; ///< programs of every warm-up, in order
  /// What a full warm-up runs besides: a folder with a folder of programs per family.
  struct Families {
    std::filesystem::path folder; ///< empty: there are none
    unsigned runs = 3;            ///< of each program
  } families;
};

/// @param images the folder of all recipes
/// @param named where the image was named, for messages
/// @throws Error(Blame::usage) if there is none; with file:line:column for what is wrong
[[nodiscard]] Recipe load_recipe(const std::filesystem::path& images, const std::string& image,
                                 const config::Origin& named = {});

/// The JVM arguments that the settings choose.
struct JvmArgs {
  std::string label; ///< for the snapshot's name; empty for the recipe's default
  std::vector<std::string> args;
};
/// @throws Error(Blame::usage) if the recipe has no such choice
[[nodiscard]] JvmArgs choose_jvm_args(const Recipe& recipe, const config::Settings& settings);

/// Names the snapshot that the settings mean; the version as far as they say it.
/// @param launcher_options those that differ from their defaults
/// @throws Error(Blame::usage) for a version of an image that comes in none
[[nodiscard]] snapshot::SnapshotKey snapshot_key(const Recipe& recipe,
                                                 const config::Settings& settings,
                                                 std::string_view launcher,
                                                 std::vector<std::string> launcher_options);

} // namespace dhg::run
