#include "page_server_library.hpp"

#include "installation.hpp"

#include <dlfcn.h>
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <span>
#include <sstream>
#include <stdexcept>

namespace dhg::fakes {
namespace {

namespace fs = std::filesystem;

// Defaults only, in the notation of dhg/plugin.h: a suite for one page server
// needs nothing of the engine's configuration.
std::uint64_t parse_size(const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) throw std::runtime_error("'" + text + "' is not a size");
  const std::string unit(end, text.data() + text.size());
  if (unit.empty()) return number;
  if (unit == "KiB") return number << 10;
  if (unit == "MiB") return number << 20;
  if (unit == "GiB") return number << 30;
  throw std::runtime_error("'" + text + "' has an unknown unit");
}

Options default_options(std::span<const dhg_option> declared) {
  Options options;
  for (const auto& option : declared) {
    const std::string text = option.default_value;
    switch (option.type) {
      case DHG_OPTION_BOOL:
        options.set(option.name, text == "true");
        break;
      case DHG_OPTION_INT:
        options.set(option.name, static_cast<std::int64_t>(std::stoll(text)));
        break;
      case DHG_OPTION_SIZE:
        options.set(option.name, parse_size(text));
        break;
      default:
        options.set(option.name, text);
        break;
    }
  }
  return options;
}

template <class T>
T* symbol(void* library, const char* name) {
  void* address = dlsym(library, name);
  if (address == nullptr) throw std::runtime_error(dlerror());
  return reinterpret_cast<T*>(address);
}

} // namespace

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
  // Never unloaded, like in dhg itself.
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw std::runtime_error(dlerror());
  const auto& descriptor = *symbol<const dhg_plugin_descriptor>(library, "dhg_plugin");
  if (descriptor.magic != DHG_PLUGIN_MAGIC || descriptor.kind != DHG_PAGE_SERVER)
    throw std::runtime_error(path.string() + " is no page server");
  auto* create = symbol<PluginFactory>(library, "dhg_create_plugin");
  std::unique_ptr<Plugin> made(
      create(default_options({descriptor.options, descriptor.option_count})));
  auto* server = dynamic_cast<PageServer*>(made.get());
  if (server == nullptr) throw std::runtime_error(path.string() + " made no page server");
  (void)made.release();
  return {descriptor.name, std::unique_ptr<PageServer>(server)};
}

} // namespace dhg::fakes
