#include "plugin/registry.hpp"

#include "plugin_folder.hpp"

#include <algorithm>
#include <catch2/catch_all.hpp>
#include <fstream>

using namespace dhg;
using namespace dhg::plugin;
using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;

namespace {

Error refusal(const Registry& registry, dhg_plugin_kind kind, const std::string& name) {
  try {
    (void)registry.load(kind, name);
  } catch (const Error& e) {
    return e;
  }
  FAIL("'" << name << "' was accepted");
  std::abort();
}

const ListedPlugin& listed_as(const std::vector<ListedPlugin>& list, const fs::path& path) {
  const auto found =
      std::find_if(list.begin(), list.end(), [&](const auto& l) { return l.path == path; });
  REQUIRE(found != list.end());
  return *found;
}

} // namespace

TEST_CASE("plugin registry: finds a plugin in each of its places") {
  for (const auto* place : {"page_servers/good.so", "good.so", "libgood.so"}) {
    const PluginFolder folder;
    const auto path = folder.add(kBadPlugins / "good.so", place);
    CHECK(Registry("/nowhere", folder.path().string()).load(DHG_PAGE_SERVER, "good").path == path);
  }
  const PluginFolder installed;
  const auto path = installed.add(kBadPlugins / "good.so", "page_servers/good.so");
  const Registry registry(installed.path(), "");
  CHECK(registry.load(DHG_PAGE_SERVER, "good").path == path);
  CHECK(registry.load(DHG_PAGE_SERVER, path.string()).path == path);
  installed.add(kBadPlugins / "twins/second/twin.so", "libtwin.so");
  CHECK_THAT(refusal(registry, DHG_PAGE_SERVER, "twin").what(),
             ContainsSubstring("there is no page server"));
}

TEST_CASE("plugin registry: an absolute path may carry any file name") {
  const PluginFolder folder;
  const auto path = folder.add(kBadPlugins / "good.so", "whatever");
  const Registry registry("/nowhere", "");
  CHECK(registry.load(DHG_PAGE_SERVER, path.string()).path == path);
  CHECK_THAT(refusal(registry, DHG_PAGE_SERVER, "./good.so").what(),
             ContainsSubstring("not an absolute path"));
  CHECK_THAT(refusal(registry, DHG_VM_LAUNCHER, path.string()).what(),
             ContainsSubstring("it is the page server 'good', but a VM launcher is wanted"));
}

TEST_CASE("plugin registry: an unknown name gets suggestions") {
  const PluginFolder folder;
  folder.add(kBadPlugins / "good.so", "page_servers/good.so");
  folder.add(kBadPlugins / "twins/second/twin.so", "page_servers/twin.so");
  folder.add(kBadPlugins / "wrong-kind.so", "result_channels/wrong-kind.so");
  const Registry registry(folder.path(), "");

  const auto near = refusal(registry, DHG_PAGE_SERVER, "goood");
  CHECK(near.blame() == Blame::usage);
  CHECK(near.what() == std::string("there is no page server called 'goood'"));
  CHECK_THAT(near.hint(), ContainsSubstring("did you mean 'good'?") &&
                              ContainsSubstring("available: good, twin;") &&
                              ContainsSubstring((folder.path() / "page_servers").string()) &&
                              !ContainsSubstring("wrong-kind"));
  CHECK_THAT(refusal(registry, DHG_PAGE_SERVER, "zzz").hint(), !ContainsSubstring("did you mean"));
  CHECK_THAT(refusal(registry, DHG_PAGE_SERVER, "Good").hint(),
             ContainsSubstring("did you mean 'good'?"));
  CHECK_THAT(refusal(registry, DHG_PAGE_SERVER, "").what(), ContainsSubstring("called ''"));
  CHECK_THAT(refusal(registry, DHG_VM_LAUNCHER, "qemu").hint(),
             ContainsSubstring("available: none"));
}

TEST_CASE("plugin registry: the descriptor must keep what the file name promises") {
  const PluginFolder folder;
  folder.add(kBadPlugins / "good.so", "page_servers/better.so");
  folder.add(kBadPlugins / "wrong-kind.so", "page_servers/wrong-kind.so");
  const Registry registry(folder.path(), "");
  const auto misnamed = refusal(registry, DHG_PAGE_SERVER, "better");
  CHECK_THAT(misnamed.what(), ContainsSubstring("called 'better', but its descriptor says 'good'"));
  CHECK(misnamed.hint() == "rename the file to good.so");
  CHECK_THAT(
      refusal(registry, DHG_PAGE_SERVER, "wrong-kind").what(),
      ContainsSubstring("it is the result channel 'wrong-kind', but a page server is wanted"));
}

TEST_CASE("plugin registry: two plugins of one name are refused, one in two ways is not") {
  const auto first = (kBadPlugins / "twins/first").string();
  const auto second = (kBadPlugins / "twins/second").string();
  const auto twins = refusal(Registry("/nowhere", first + ":" + second), DHG_PAGE_SERVER, "twin");
  CHECK_THAT(twins.what(), ContainsSubstring("two page servers are called 'twin'") &&
                               ContainsSubstring(first + "/page_servers/twin.so") &&
                               ContainsSubstring(second + "/twin.so"));
  CHECK_THAT(twins.hint(), ContainsSubstring("absolute path"));

  CHECK_NOTHROW(Registry(first, first + ":" + first).load(DHG_PAGE_SERVER, "twin"));
  const PluginFolder links;
  fs::create_symlink(second + "/twin.so", links.path() / "twin.so");
  CHECK_NOTHROW(
      Registry("/nowhere", second + ":" + links.path().string()).load(DHG_PAGE_SERVER, "twin"));
}

TEST_CASE("plugin registry: kinds have names of their own") {
  const PluginFolder installed;
  const PluginFolder more;
  const auto server = installed.add(kBadPlugins / "twins/second/twin.so", "page_servers/twin.so");
  more.add(kBadPlugins / "wrong-kind.so", "twin.so"); // a result channel among all kinds
  CHECK(Registry(installed.path(), more.path().string()).load(DHG_PAGE_SERVER, "twin").path ==
        server);
}

TEST_CASE("plugin registry: opens only the library that is wanted") {
  const PluginFolder folder;
  folder.add(kBadPlugins / "good.so", "page_servers/good.so");
  const auto other = folder.add(kBadPlugins / "twins/second/twin.so", "page_servers/twin.so");
  (void)Registry(folder.path(), "").load(DHG_PAGE_SERVER, "good");
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);)
    CHECK_THAT(line, !ContainsSubstring(other.string()));
}

TEST_CASE("plugin registry: DHG_PLUGIN_PATH is checked") {
  CHECK_THROWS_WITH(Registry("/nowhere", "plugins"),
                    ContainsSubstring("'plugins' is not an absolute path"));
  CHECK_THROWS_WITH(Registry("/nowhere", "/tmp:/not/there"),
                    ContainsSubstring("'/not/there' is not a folder"));
  CHECK_NOTHROW(Registry("/nowhere", "::/tmp:"));
}

TEST_CASE("plugin registry: the list shows the broken ones with their error") {
  const PluginFolder folder;
  const auto good = folder.add(kBadPlugins / "good.so", "page_servers/good.so");
  const auto text = folder.add(kBadPlugins / "not-a-library.so", "launchers/text.so");
  const auto helper = folder.add(kBadPlugins / "no-descriptor.so", "launchers/libsome_helper.so");
  const auto misplaced = folder.add(kBadPlugins / "wrong-kind.so", "launchers/wrong-kind.so");
  const auto one = folder.add(kBadPlugins / "twins/second/twin.so", "page_servers/twin.so");
  const auto two = folder.add(kBadPlugins / "twins/second/twin.so", "page_servers/other.so");
  const auto dangling = folder.path() / "page_servers/dangling.so";
  fs::create_symlink("/not/there.so", dangling);

  const auto list = Registry(folder.path(), "").list();
  CHECK(list.size() == 6);
  CHECK_FALSE(listed_as(list, good).error);
  CHECK(listed_as(list, good).plugin->descriptor->version == std::string("1.0"));
  CHECK(listed_as(list, text).name == "text");
  CHECK(listed_as(list, text).kind == DHG_VM_LAUNCHER);
  CHECK_THAT(listed_as(list, text).error->what(), ContainsSubstring("is not a shared library"));
  CHECK_THAT(listed_as(list, misplaced).error->what(),
             ContainsSubstring("folder for plugins of another"));
  CHECK(listed_as(list, misplaced).error->hint() == "move it to result_channels/");
  for (const auto& twin : {one, two}) {
    CHECK(listed_as(list, twin).name == "twin");
    CHECK_THAT(listed_as(list, twin).error->what(),
               ContainsSubstring(one.string()) && ContainsSubstring(two.string()));
  }
  CHECK_THAT(listed_as(list, dangling).error->what(), ContainsSubstring("No such file"));
  CHECK(std::is_sorted(list.begin(), list.end(), [](const auto& a, const auto& b) {
    return std::pair(a.kind, a.name) < std::pair(b.kind, b.name);
  }));
}

TEST_CASE("plugin registry: the list of all fixtures throws nothing") {
  const auto list = Registry("/nowhere", kBadPlugins.string()).list();
  CHECK(list.size() > 15);
  CHECK_FALSE(listed_as(list, kBadPlugins / "good.so").error);
}
