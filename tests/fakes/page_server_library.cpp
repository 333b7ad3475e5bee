#include "page_server_library.hpp"

#include "given_options.hpp"
#include "installation.hpp"
#include "plugin/loader.hpp"

#include <algorithm>
#include <cstdlib>
#include <sstream>

namespace dhg::fakes {

namespace fs = std::filesystem;

std::vector<fs::path> page_server_libraries() {
  std::vector<fs::path> result;
  if (const char* given = std::getenv("DHG_CONFORMANCE_PLUGINS")) {
    std::istringstream list(given);
    for (std::string path; std::getline(list, path, ':');) result.emplace_back(path);
    return result;
  }
  for (const auto& entry : fs::directory_iterator(library_folder() / "dhg/plugins/page_servers"))
    if (entry.path().extension() == ".so") result.push_back(entry.path());
  std::sort(result.begin(), result.end());
  return result;
}

LoadedPageServer load_page_server(const fs::path& path) {
  const auto loaded = plugin::load_library(fs::canonical(path));
  plugin::check_kind(loaded, DHG_PAGE_SERVER);
  return {loaded.descriptor->name,
          plugin::create<PageServer>(loaded, given_options(*loaded.descriptor))};
}

} // namespace dhg::fakes
