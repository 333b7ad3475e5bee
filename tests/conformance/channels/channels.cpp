#include "channels.hpp"

#include "dhg/error.hpp"
#include "given_options.hpp"
#include "plugin/loader.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>

namespace dhg::conformance {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> libraries_in(const fs::path& folder) {
  std::vector<fs::path> result;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".so") result.push_back(entry.path());
  std::sort(result.begin(), result.end());
  return result;
}

std::vector<fs::path> libraries() {
  if (const char* given = std::getenv("DHG_CONFORMANCE_PLUGINS")) {
    std::vector<fs::path> result;
    std::istringstream list(given);
    for (std::string path; std::getline(list, path, ':');) result.emplace_back(path);
    return result;
  }
  // This program is in lib/dhg/conformance.
  const auto here = fs::read_symlink("/proc/self/exe").parent_path();
  return libraries_in(here / "../plugins/result_channels");
}

LoadedChannel load(const fs::path& path) {
  const auto loaded = plugin::load_library(fs::canonical(path));
  plugin::check_kind(loaded, DHG_RESULT_CHANNEL);
  const auto& descriptor = *loaded.descriptor;
  return {descriptor.name, plugin::create<ResultChannel>(loaded, fakes::given_options(descriptor))};
}

} // namespace

const std::vector<LoadedChannel>& all_channels() {
  static const auto channels = [] {
    std::vector<LoadedChannel> result;
    for (const auto& path : libraries()) result.push_back(load(path));
    if (result.empty()) throw Error(Blame::usage, "there is no result channel to test");
    return result;
  }();
  return channels;
}

} // namespace dhg::conformance
