// Loads the libraries of tests/bad_plugins: each is refused with its own message.

#include "plugin/loader.hpp"

#include "config/settings.hpp"
#include "dhg/error.hpp"
#include "dhg/page_server.hpp"
#include "dhg/result_channel.hpp"
#include "plugin_folder.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <catch2/catch_all.hpp>
#include <fstream>
#include <functional>

using namespace dhg;
using namespace dhg::plugin;
using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;

namespace {

struct Refusal {
  std::string what;
  std::string hint;
};

Refusal refusal_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& e) {
    return {e.what(), e.hint()};
  }
  return {"accepted", ""};
}

Refusal loading(const fs::path& path) {
  return refusal_of([&] { (void)load_library(path); });
}

Refusal creating(const std::string& name) {
  const auto plugin = load_library(kBadPlugins / (name + ".so"));
  return refusal_of([&] { (void)create<PageServer>(plugin, {}); });
}

void check_loading(const std::string& name, const std::string& what, const std::string& hint) {
  const auto path = kBadPlugins / (name + ".so");
  const auto refusal = loading(path);
  CHECK_THAT(refusal.what, ContainsSubstring(path.string()) && ContainsSubstring(what));
  CHECK_THAT(refusal.hint, ContainsSubstring(hint));
}

Options options_of(const LoadedPlugin& plugin) {
  const auto& d = *plugin.descriptor;
  return config::validate_options(nullptr, {d.options, d.option_count}, d.name);
}

} // namespace

TEST_CASE("plugin loader: a good plugin loads, is created and gets its options") {
  const auto plugin = load_library(kBadPlugins / "good.so");
  CHECK(plugin.descriptor->name == std::string("good"));
  CHECK(plugin.path == fs::canonical(kBadPlugins / "good.so"));
  auto options = options_of(plugin);
  options.set("threads", std::int64_t{7});
  const auto server = create<PageServer>(plugin, options);
  REQUIRE(server != nullptr);

  class NoMemory final : public GuestMemory {
    std::span<const ByteRange> regions() const noexcept override { return {}; }
    const PageSource& source() const noexcept override { std::abort(); }
    bool installed(std::uint64_t) const noexcept override { return false; }
    bool install(ByteRange) noexcept override { return false; }
  } memory;
  CHECK_THROWS_WITH(server->attach(memory), "threads 7, chunk 2097152, fast yes, label '', mode b");
}

TEST_CASE("plugin loader: loaded twice, it is the same library") {
  const auto first = load_library(kBadPlugins / "good.so");
  CHECK(load_library(kBadPlugins / "good.so").descriptor == first.descriptor);
}

TEST_CASE("plugin loader: bad descriptors") {
  check_loading("no-descriptor", "exports no symbol 'dhg_plugin'", "DHG_PLUGIN");
  check_loading("tiny-symbol", "its symbol 'dhg_plugin' has 4 bytes", "DHG_PLUGIN");
  check_loading("wrong-magic", "magic number 0x0123456789abcdef, expected", "made as a plugin");
  check_loading("other-abi-major",
                fmt::format("built for ABI 2.{0}, this dhg speaks 1.{0}", DHG_ABI_MINOR),
                "rebuild");
  check_loading(
      "newer-abi-minor",
      fmt::format("built for ABI 1.{}, newer than the 1.{}", DHG_ABI_MINOR + 1, DHG_ABI_MINOR),
      "update dhg");
  check_loading("short-struct", "40 bytes by its own account, 80 in the library", "rebuild");
  check_loading("other-cxx-abi", "its C++ ABI is 'gxx-abi-1002/libstdcxx-cxx11-0'", "compiler");
  check_loading("unknown-kind", "its kind is 77", "correct the kind");
  check_loading("bad-name", "its name 'Bad Name' is not valid", "rename");
  check_loading("bad-option-default", "option 'threads' has the default '99'", "correct");
  check_loading("no-factory", "exports no factory 'dhg_create_plugin'", "DHG_PLUGIN");
}

TEST_CASE("plugin loader: files that are no library") {
  check_loading("undefined-symbol", "undefined symbol: dhg_fixture_that_nobody_defines",
                "link the plugin");
  check_loading("not-a-library", "is not a shared library", "name the .so");
  check_loading("truncated", "is truncated: it has 4096 bytes", "again");
  check_loading("absent", "No such file or directory", "check the path");

  CHECK_THAT(loading("good.so").what, ContainsSubstring("not an absolute path"));
  CHECK_THAT(loading("/proc/self/exe").what,
             ContainsSubstring("no symbol 'dhg_plugin'") || ContainsSubstring("cannot be loaded"));
  const PluginFolder folder;
  fs::create_directory(folder.path() / "folder.so");
  CHECK_THAT(loading(folder.path() / "folder.so").what, ContainsSubstring("is not a regular file"));
  REQUIRE(mkfifo((folder.path() / "pipe.so").c_str(), 0600) == 0);
  CHECK_THAT(loading(folder.path() / "pipe.so").what, ContainsSubstring("is not a regular file"));
  std::ofstream(folder.path() / "empty.so").close();
  CHECK_THAT(loading(folder.path() / "empty.so").what,
             ContainsSubstring("is not a shared library"));
}

TEST_CASE("plugin loader: wherever a library is cut off, it is refused") {
  const PluginFolder folder;
  const auto size = fs::file_size(kBadPlugins / "good.so");
  for (const auto kept : {std::uintmax_t{3}, std::uintmax_t{4}, std::uintmax_t{63},
                          std::uintmax_t{64}, std::uintmax_t{200}, size / 2, size - 1}) {
    const auto cut = folder.add(kBadPlugins / "good.so", "cut.so");
    fs::resize_file(cut, kept);
    CHECK_THAT(loading(cut).what,
               ContainsSubstring(kept < 4 ? "not a shared library" : "is truncated"));
  }
}

TEST_CASE("plugin loader: a library for another processor") {
  const PluginFolder folder;
  const auto path = folder.add(kBadPlugins / "good.so", "foreign.so");
  std::fstream(path, std::ios::in | std::ios::out | std::ios::binary).seekp(18).put('\xb7');
  CHECK_THAT(loading(path).what, ContainsSubstring("another processor (ELF class 2, machine 183)"));
}

TEST_CASE("plugin loader: factories that fail") {
  auto refusal = creating("factory-throws");
  CHECK_THAT(refusal.what, ContainsSubstring("page server 'factory-throws'") &&
                               ContainsSubstring("no moon tonight"));
  CHECK_THAT(refusal.hint, ContainsSubstring("factory-throws.so"));
  refusal = creating("factory-throws-error");
  CHECK(refusal.what == "page server 'factory-throws-error': no moon tonight");
  CHECK(refusal.hint == "wait for the moon");
  CHECK_THAT(creating("factory-throws-int").what, ContainsSubstring("not a std::exception"));
  CHECK_THAT(creating("factory-returns-null").what, ContainsSubstring("its factory returned null"));
  CHECK_THAT(creating("lying-kind").what, ContainsSubstring("does not implement the interface"));

  refusal = creating("wrong-kind");
  CHECK_THAT(
      refusal.what,
      ContainsSubstring("it is the result channel 'wrong-kind', but a page server is wanted"));
  CHECK_THAT(refusal.hint, ContainsSubstring("name a page server"));
}

TEST_CASE("plugin loader: what others can write is refused") {
  const PluginFolder folder;
  const auto path = folder.add(kBadPlugins / "good.so", "inner/good.so");
  const auto inner = path.parent_path();
  CHECK(loading(path).what == "accepted");

  const auto others_write = fs::perms::others_write;
  fs::permissions(path, others_write, fs::perm_options::add);
  CHECK_THAT(loading(path).what,
             ContainsSubstring("the file '" + path.string() + "' is world-writable"));
  fs::permissions(path, others_write, fs::perm_options::remove);

  fs::permissions(inner, others_write | fs::perms::sticky_bit, fs::perm_options::add);
  CHECK_THAT(loading(path).what, ContainsSubstring("its folder '" + inner.string()));
  CHECK(loading(path).hint == "chmod o-w '" + inner.string() + "'");
  fs::permissions(inner, others_write | fs::perms::sticky_bit, fs::perm_options::remove);

  fs::permissions(folder.path(), others_write, fs::perm_options::add);
  CHECK_THAT(loading(path).what, ContainsSubstring("above it '" + folder.path().string()));
  fs::permissions(folder.path(), others_write, fs::perm_options::remove);

  const PluginFolder safe; // a link does not hide where the library really is
  fs::permissions(inner, others_write, fs::perm_options::add);
  fs::create_symlink(path, safe.path() / "good.so");
  CHECK_THAT(loading(safe.path() / "good.so").what, ContainsSubstring("is world-writable"));
}

TEST_CASE("plugin loader: what belongs to others is refused") {
  if (geteuid() != 0) return; // only root can give a file away
  const PluginFolder folder;
  const auto path = folder.add(kBadPlugins / "good.so", "good.so");
  REQUIRE(chown(path.c_str(), 4711, 4711) == 0);
  CHECK_THAT(loading(path).what,
             ContainsSubstring("the file") && ContainsSubstring("belongs to user 4711"));
  REQUIRE(chown(path.c_str(), 0, 0) == 0);
  REQUIRE(chown(folder.path().c_str(), 4711, 4711) == 0);
  CHECK_THAT(loading(path).what,
             ContainsSubstring("its folder") && ContainsSubstring("belongs to user 4711"));
}
