#include "plugin/loader.hpp"

#include "calls/call.hpp"
#include "calls/last_words.hpp"
#include "dhg/error.hpp"
#include "plugin/descriptor.hpp"
#include "plugin/descriptor_text.hpp"
#include "plugin/shared_object.hpp"
#include "plugin/trust.hpp"

#define BOOST_DLL_USE_STD_FS
#include <dlfcn.h>
#include <fmt/format.h>
#include <link.h>
#include <boost/dll/shared_library.hpp>
#include <exception>
#include <list>
#include <mutex>
#include <span>
#include <string>
#include <system_error>

namespace dhg::plugin {
namespace {

namespace fs = std::filesystem;
using boost::dll::shared_library;

constexpr const char* kDescriptorSymbol = "dhg_plugin";
constexpr const char* kFactorySymbol = "dhg_create_plugin";

// Never destroyed, not even at exit: that would unload the libraries.
const shared_library& keep_forever(shared_library library) {
  static auto& mutex = *new std::mutex;
  static auto& libraries = *new std::list<shared_library>;
  const std::lock_guard lock(mutex);
  return libraries.emplace_back(std::move(library));
}

std::string remedy_for(const std::string& reason, const fs::path& path) {
  if (reason.find("undefined symbol") != std::string::npos)
    return "link the plugin with every library that it uses (CMake: dhg::core), and build it "
           "against the headers of this dhg";
  if (reason.find("cannot open shared object file") != std::string::npos)
    return fmt::format("install the library that it needs; ldd '{}' lists them", path.string());
  return fmt::format("rebuild the plugin on this system; ldd -r '{}' shows what it lacks",
                     path.string());
}

const shared_library& open_library(const fs::path& path) {
  std::error_code error;
  shared_library library(path, error,
                         boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local);
  if (!error) return keep_forever(std::move(library));
  const char* reported = dlerror();
  std::string reason = reported != nullptr ? reported : error.message();
  if (const auto prefix = path.string() + ": "; reason.starts_with(prefix))
    reason.erase(0, prefix.size());
  refuse_plugin(path, "cannot be loaded: " + reason, remedy_for(reason, path));
}

// The symbol as the library's symbol table bounds it: a library that exports
// something smaller under our name must not make us read past its end.
std::span<const std::byte> descriptor_bytes(const shared_library& library, const fs::path& path) {
  if (!library.has(kDescriptorSymbol))
    refuse_plugin(
        path,
        fmt::format("it exports no symbol '{}', so it is not a dhg plugin", kDescriptorSymbol),
        "name a library that was made with the macro DHG_PLUGIN of dhg/plugin.hpp");
  const auto* address = &library.get<const std::byte>(kDescriptorSymbol);
  Dl_info info{};
  void* entry = nullptr;
  std::size_t size = 0;
  if (dladdr1(address, &info, &entry, RTLD_DL_SYMENT) != 0 && entry != nullptr) {
    const auto& symbol = *static_cast<const ElfW(Sym)*>(entry);
    if (ELF64_ST_TYPE(symbol.st_info) == STT_OBJECT) size = symbol.st_size;
  }
  return {address, size};
}

std::string title(const LoadedPlugin& plugin) {
  return fmt::format("{} '{}'", kind_name(static_cast<dhg_plugin_kind>(plugin.descriptor->kind)),
                     plugin.descriptor->name);
}

std::string report_hint(const LoadedPlugin& plugin) {
  return fmt::format("this is a bug in the plugin: {}", plugin.path.string());
}

} // namespace

const char* callee_of(const LoadedPlugin& plugin) { return calls::callee(title(plugin)); }

LoadedPlugin load_library(const fs::path& path) {
  if (!path.is_absolute())
    throw Error(Blame::usage, fmt::format("plugin '{}' is not an absolute path", path.string()),
                "write the whole path, beginning with '/'");
  std::error_code error;
  const auto file = fs::canonical(path, error);
  if (error == std::errc::no_such_file_or_directory)
    throw Error(Blame::usage,
                fmt::format("cannot open plugin '{}': {}", path.string(), error.message()),
                "check the path");
  if (error)
    throw system_error(error.value(), fmt::format("cannot open plugin '{}'", path.string()),
                       "check the path");
  check_trusted(file);
  check_shared_object(file);
  const auto& library = open_library(file);
  const auto& descriptor = check_descriptor(descriptor_bytes(library, file), file);
  if (!library.has(kFactorySymbol))
    refuse_plugin(file,
                  fmt::format("it has a descriptor, but exports no factory '{}'", kFactorySymbol),
                  "define both with the macro DHG_PLUGIN of dhg/plugin.hpp");
  LoadedPlugin loaded{file, &descriptor, &library.get<PluginFactory>(kFactorySymbol)};
  calls::know_library(callee_of(loaded), file);
  return loaded;
}

void check_kind(const LoadedPlugin& plugin, dhg_plugin_kind wanted) {
  if (plugin.descriptor->kind == static_cast<std::uint32_t>(wanted)) return;
  refuse_plugin(plugin.path,
                fmt::format("it is the {}, but a {} is wanted", title(plugin), kind_name(wanted)),
                fmt::format("name a {}; 'dhg plugin list' shows them", kind_name(wanted)));
}

std::unique_ptr<Plugin> make_object(const LoadedPlugin& plugin, dhg_plugin_kind kind,
                                    const Options& options) {
  check_kind(plugin, kind);
  std::unique_ptr<Plugin> object;
  try {
    object.reset(plugin.factory(options));
  } catch (const Error& e) {
    throw Error(e.blame(), fmt::format("{}: {}", title(plugin), e.what()), e.hint());
  } catch (const std::exception& e) {
    throw Error(Blame::environment,
                fmt::format("{} could not be created: {}", title(plugin), e.what()),
                report_hint(plugin));
  } catch (...) {
    throw Error(Blame::environment,
                fmt::format("{} could not be created: its factory threw something that is not a "
                            "std::exception",
                            title(plugin)),
                report_hint(plugin));
  }
  if (object == nullptr)
    throw Error(Blame::environment,
                fmt::format("{} could not be created: its factory returned null", title(plugin)),
                report_hint(plugin));
  return object;
}

void refuse_object(const LoadedPlugin& plugin, dhg_plugin_kind kind) {
  throw Error(Blame::environment,
              fmt::format("{} could not be created: its factory made an object that does not "
                          "implement the interface of a {}",
                          title(plugin), kind_name(kind)),
              report_hint(plugin));
}

} // namespace dhg::plugin
