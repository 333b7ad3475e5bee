// What a plugin that wraps another one can ask for (dhg/host.hpp).

#include "dhg/error.hpp"
#include "dhg/host.hpp"
#include "dhg/page_server.hpp"
#include "plugin/registry.hpp"
#include "plugin_folder.hpp"

#include <catch2/catch_all.hpp>
#include <cstdlib>

using namespace dhg;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::Equals;

namespace {

const std::string kGood = (kBadPlugins / "good.so").string();

struct Offered {
  Offered() { plugin::offer_to_plugins(plugin::Registry("/nowhere", kBadPlugins.string())); }
  ~Offered() { set_plugin_creator({}); }
  Offered(const Offered&) = delete;
  Offered& operator=(const Offered&) = delete;
};

// The options that the fixture got, as it tells them.
std::string told_by(PageServer& server) {
  class NoMemory final : public GuestMemory {
    std::span<const ByteRange> regions() const noexcept override { return {}; }
    const PageSource& source() const noexcept override { std::abort(); }
    bool installed(std::uint64_t) const noexcept override { return false; }
    bool install(ByteRange) noexcept override { return false; }
  } memory;
  try {
    server.attach(memory);
  } catch (const std::exception& told) {
    return told.what();
  }
  return "nothing";
}

Error refusal(const OptionTexts& options) {
  try {
    (void)create_plugin<PageServer>("good", options);
  } catch (const Error& error) {
    return error;
  }
  FAIL("accepted");
  std::abort();
}

} // namespace

TEST_CASE_METHOD(Offered, "wrapped plugins: options in the notation of a config file") {
  CHECK_THAT(told_by(*create_plugin<PageServer>("good")),
             Equals("threads 2, chunk 2097152, fast yes, label '', mode b"));
  // As plugins call it that were built for an earlier ABI.
  CHECK(dynamic_cast<PageServer*>(create_plugin(DHG_PAGE_SERVER, "good").get()) != nullptr);
  for (const auto& name : {std::string("good"), kGood})
    CHECK_THAT(told_by(*create_plugin<PageServer>(name, {{"threads", "16"},
                                                         {"chunk", "64KiB"},
                                                         {"fast", "false"},
                                                         {"label", "a: \"b\" "},
                                                         {"mode", "a"}})),
               Equals("threads 16, chunk 65536, fast no, label 'a: \"b\" ', mode a"));
  CHECK_THAT(told_by(*create_plugin<PageServer>("good", {{"chunk", std::to_string(8192)}})),
             Equals("threads 2, chunk 8192, fast yes, label '', mode b"));
}

TEST_CASE_METHOD(Offered, "wrapped plugins: a wrong option is refused as in a config file") {
  const auto range = refusal({{"threads", "17"}, {"modes", "a"}, {"fast", ""}});
  CHECK(range.blame() == Blame::usage);
  const std::string where = "options that a plugin passes to 'good': ";
  CHECK_THAT(range.what(),
             ContainsSubstring(where + "option 'threads' of 'good': '17' is not valid; expected an "
                                       "integer from 1 to 16") &&
                 ContainsSubstring(where + "'good' has no option 'modes'; did you mean 'mode'?") &&
                 ContainsSubstring(where + "option 'fast' of 'good': a value is missing"));
  CHECK_THAT(refusal({{"chunk", "64 kb"}}).what(), ContainsSubstring("'64 kb' is not valid"));
  CHECK_THAT(refusal({{"label", "a\x1b[1m"}}).what(),
             ContainsSubstring(where + "option 'label': 'a\\x1b[1m' is not a text"));
}

TEST_CASE("wrapped plugins: a program that knows no options makes plugins without") {
  set_plugin_creator([](dhg_plugin_kind kind, const std::string& name) -> std::unique_ptr<Plugin> {
    CHECK(kind == DHG_PAGE_SERVER);
    throw Error(Blame::environment, "asked for " + name);
  });
  CHECK_THROWS_WITH(create_plugin<PageServer>("inner"), Equals("asked for inner"));
  CHECK_THROWS_WITH(create_plugin<PageServer>("inner", {}), Equals("asked for inner"));
  CHECK_THROWS_WITH(
      create_plugin<PageServer>("inner", {{"a", "b"}}),
      ContainsSubstring("'inner' with options") && ContainsSubstring("default options only"));
  set_plugin_creator({});
  CHECK_THROWS_WITH(create_plugin<PageServer>("inner", {{"a", "b"}}),
                    ContainsSubstring("this program cannot create plugins"));
}
