#include "run/images/recipe.hpp"

#include "config/raw.hpp"
#include "config/schema.hpp"
#include "config/units.hpp"
#include "dhg/architecture.hpp"
#include "dhg/error.hpp"
#include "snapshot/digest.hpp"
#include "text/near_names.hpp"
#include "text/plain_name.hpp"
#include "text/utf8.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <charconv>
#include <optional>
#include <sstream>

namespace dhg::run {
namespace {

namespace fs = std::filesystem;
using config::Problems;
using config::RawNode;
using Kind = RawNode::Kind;

constexpr unsigned kMostRuns = 1000;

// Reads guest.yaml. Small, and written by whoever wrote the recipe; yet a slip in it
// shall be told at its place.
class Reader {
 public:
  explicit Reader(fs::path folder) : folder_(std::move(folder)) {}

  Recipe read() {
    const auto raw = config::parse_file(folder_ / "guest.yaml");
    for (const auto& [key, origin, value] : raw.members) read_member(key, origin, value);
    if (recipe_.memory_bytes == 0) problems_.add(raw.origin, "'memory' is missing");
    if (recipe_.executor.empty()) problems_.add(raw.origin, "'executor' is missing");
    if (recipe_.warmup.empty()) problems_.add(raw.origin, "'warmup' is missing");
    problems_.raise();
    return std::move(recipe_);
  }

 private:
  void read_member(const std::string& key, const config::Origin& origin, const RawNode& value) {
    if (key == "memory") {
      recipe_.memory_bytes = config::parse_size(text(value)).value_or(0);
      if (recipe_.memory_bytes == 0 || recipe_.memory_bytes % architecture::kMemoryGranularity != 0)
        problems_.add_impossible(value, key, "a multiple of 2MiB", std::nullopt);
    } else if (key == "default_version") {
      recipe_.default_version = text(value);
      if (!text::is_version(recipe_.default_version))
        problems_.add_impossible(value, key, "a version such as 41.1, in quotes", std::nullopt);
    } else if (key == "executor") {
      recipe_.executor = text(value);
    } else if (key == "jvm_args") {
      for (const auto& [name, where, args] : value.members)
        recipe_.jvm_args.emplace_back(name, texts(args));
    } else if (key == "modules") {
      recipe_.modules = texts(value);
    } else if (key == "channels") {
      recipe_.channels = texts(value);
    } else if (key == "warmup") {
      for (const auto& [index, where, step] : value.members)
        if (auto read = read_step(step, "program")) recipe_.warmup.push_back(std::move(*read));
    } else if (key == "families") {
      if (auto read = read_step(value, "folder"))
        recipe_.families = {std::move(read->path), read->runs};
    } else {
      problems_.add_unknown(origin, fmt::format("unknown key '{}'", text::printable(key)), key,
                            {"memory", "default_version", "executor", "jvm_args", "modules",
                             "channels", "warmup", "families"});
    }
  }

  /// @param what the key of the path: what is to be run
  std::optional<Recipe::Step> read_step(const RawNode& step, const char* what) {
    const auto* runs = step.find("runs");
    const auto* path = step.find(what);
    if (runs == nullptr || path == nullptr || step.members.size() != 2) {
      problems_.add_impossible(step, "a step of the warm-up",
                               fmt::format("a map of 'runs' and '{}'", what), std::nullopt);
      return std::nullopt;
    }
    unsigned count = 0;
    const auto& number = text(*runs);
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), count);
    if (error != std::errc() || end != number.data() + number.size() || count == 0 ||
        count > kMostRuns) {
      problems_.add_impossible(*runs, "runs", "1 to 1000", std::nullopt);
      return std::nullopt;
    }
    return Recipe::Step{folder_ / text(*path), count};
  }

  const std::string& text(const RawNode& value) {
    if (value.kind != Kind::scalar)
      problems_.add_impossible(value, "this", "a single value", std::nullopt);
    return value.text;
  }

  std::vector<std::string> texts(const RawNode& value) {
    std::vector<std::string> result;
    if (value.kind != Kind::sequence)
      problems_.add_impossible(value, "this", "a list", std::nullopt);
    for (const auto& member : value.members) result.push_back(text(member.value));
    return result;
  }

  fs::path folder_;
  Recipe recipe_;
  Problems problems_;
};

std::vector<std::string> words(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> result;
  for (std::string word; stream >> word;) result.push_back(word);
  return result;
}

} // namespace

Recipe load_recipe(const fs::path& images, const std::string& image, const config::Origin& named) {
  const auto folder = images / image;
  if (!fs::exists(folder / "recipe")) {
    std::vector<std::string> known;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(images, none))
      if (fs::exists(entry.path() / "recipe")) known.push_back(entry.path().filename().string());
    std::sort(known.begin(), known.end());
    const auto near = text::near_names(image, known);
    throw Error(
        Blame::usage,
        fmt::format("{}there is no image recipe '{}'",
                    named.kind == config::Origin::Kind::file ? named.text + ": " : "", image),
        fmt::format(
            "{}in {} are: {}",
            near.empty() ? "" : fmt::format("did you mean '{}'? ", fmt::join(near, "' or '")),
            images.string(), fmt::join(known, ", ")));
  }
  return Reader(folder).read();
}

JvmArgs choose_jvm_args(const Recipe& recipe, const config::Settings& settings) {
  const auto& wanted = settings.jvm_args;
  if (recipe.jvm_args.empty()) {
    if (wanted == "default") return {};
    throw Error(Blame::usage, fmt::format("jvm_args: image '{}' has no JVM", settings.image));
  }
  if (wanted == "default") return {"", recipe.jvm_args.front().second};
  // A '-' begins arguments of the user's own.
  if (wanted.front() == '-') {
    auto args = words(wanted); // blanks and line ends make no other snapshot
    const auto text = fmt::format("{}", fmt::join(args, " "));
    return {"j" + snapshot::digest_of_text(text).substr(0, 8), std::move(args)};
  }
  std::vector<std::string> names;
  for (const auto& [name, args] : recipe.jvm_args) {
    if (name == wanted) return {name == recipe.jvm_args.front().first ? "" : name, args};
    names.push_back(name);
  }
  throw Error(
      Blame::usage, fmt::format("jvm_args: image '{}' has no choice '{}'", settings.image, wanted),
      fmt::format("choose one of: {}, or arguments that begin with '-'", fmt::join(names, ", ")));
}

snapshot::SnapshotKey snapshot_key(const Recipe& recipe, const config::Settings& settings,
                                   std::string_view launcher,
                                   std::vector<std::string> launcher_options) {
  if (recipe.default_version.empty() && !settings.version.empty())
    throw Error(
        Blame::usage,
        fmt::format("version {}: image '{}' has no versions", settings.version, settings.image),
        "leave it out, or choose another image: --image deephaven");
  const auto memory = settings.machine.memory_bytes;
  return {settings.image,
          settings.version,
          std::string(launcher),
          std::move(launcher_options),
          memory != 0 ? memory : recipe.memory_bytes,
          settings.machine.vcpus,
          choose_jvm_args(recipe, settings).label};
}

} // namespace dhg::run
