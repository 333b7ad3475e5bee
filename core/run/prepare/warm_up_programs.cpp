#include "run/prepare/warm_up_programs.hpp"

#include "dhg/error.hpp"
#include "snapshot/digest.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <fstream>
#include <iterator>

namespace dhg::run {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) throw Error(Blame::usage, fmt::format("cannot read '{}'", path.string()));
  return text;
}

std::vector<fs::path> sorted_entries(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder, error)) paths.push_back(entry.path());
  if (error)
    throw Error(Blame::usage,
                fmt::format("cannot read the warm-up '{}': {}", folder.string(), error.message()));
  std::sort(paths.begin(), paths.end());
  return paths;
}

void add_family(const fs::path& folder, const std::string& name, unsigned runs, bool may_fail,
                std::vector<WarmUpProgram>& programs) {
  for (const auto& path : sorted_entries(folder))
    if (path.extension() == ".py")
      programs.push_back({name, path.filename().string(), text_of(path), runs, may_fail});
}

// A folder for each family; programs beside them are a family too.
std::vector<WarmUpProgram> families_in(const fs::path& folder, unsigned runs, bool may_fail) {
  std::vector<WarmUpProgram> programs;
  for (const auto& path : sorted_entries(folder))
    if (fs::is_directory(path))
      add_family(path, path.filename().string(), runs, may_fail, programs);
  add_family(folder, fs::weakly_canonical(folder).filename().string(), runs, may_fail, programs);
  return programs;
}

} // namespace

std::vector<WarmUpProgram> choose_warm_up(const Recipe& recipe, const std::string& choice) {
  std::vector<WarmUpProgram> programs;
  if (choice == kFullWarmUp) {
    // Versions of an image differ in what they can do.
    if (!recipe.families.folder.empty())
      programs = families_in(recipe.families.folder, recipe.families.runs, true);
  } else if (choice != kQuickWarmUp) {
    if (!fs::is_directory(choice))
      throw Error(Blame::usage, fmt::format("there is no warm-up '{}'", choice),
                  "choose full, quick, or a folder with one folder of programs per family");
    programs = families_in(choice, recipe.families.runs, false);
    if (programs.empty())
      throw Error(Blame::usage, fmt::format("the warm-up '{}' has no programs (*.py)", choice));
  }
  for (const auto& step : recipe.warmup)
    programs.push_back(
        {"always", step.path.filename().string(), text_of(step.path), step.runs, false});
  return programs;
}

std::string digest_of(const std::vector<WarmUpProgram>& programs) {
  std::string all;
  for (const auto& program : programs)
    all += fmt::format("{}\n{}\n{} {}\n{}", program.family, program.name, program.runs,
                       program.text.size(), program.text);
  return snapshot::digest_of_text(all);
}

} // namespace dhg::run
