#include "plugin/descriptor.hpp"

#include "dhg/error.hpp"
#include "plugin/kind.hpp"

#include <fmt/format.h>
#include <array>
#include <catch2/catch_all.hpp>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

using namespace dhg;
using namespace dhg::plugin;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::filesystem::path kLibrary = "/plugins/x.so";

dhg_option good_option() {
  return {"threads", DHG_OPTION_INT, "2", "1", "16", nullptr, "a number of threads"};
}

// The text of the refusal of a descriptor that `spoil` changed; empty if accepted.
std::string verdict(const std::function<void(dhg_plugin_descriptor&)>& spoil) {
  dhg_plugin_descriptor descriptor{DHG_PLUGIN_MAGIC,
                                   sizeof(dhg_plugin_descriptor),
                                   DHG_ABI_MAJOR,
                                   DHG_ABI_MINOR,
                                   DHG_PAGE_SERVER,
                                   0,
                                   nullptr,
                                   "x-1",
                                   "1.0",
                                   "A test",
                                   DHG_CXX_ABI,
                                   0,
                                   0};
  spoil(descriptor);
  const auto bytes = std::as_bytes(std::span(&descriptor, 1));
  try {
    const auto& accepted = check_descriptor(bytes, kLibrary);
    CHECK(&accepted == &descriptor);
  } catch (const Error& e) {
    CHECK(e.blame() == Blame::environment);
    CHECK_FALSE(e.hint().empty());
    CHECK_THAT(e.what(), ContainsSubstring("/plugins/x.so"));
    return e.what();
  }
  return {};
}

std::string option_verdict(const std::function<void(dhg_option&)>& spoil) {
  auto option = good_option();
  spoil(option);
  return verdict([&](auto& d) {
    d.options = &option;
    d.option_count = 1;
  });
}

} // namespace

TEST_CASE("plugin descriptor: a good one is accepted") {
  CHECK(verdict([](auto&) {}).empty());
  CHECK(option_verdict([](auto&) {}).empty());
  CHECK(verdict([](auto& d) { d.struct_size += 8; }).empty());
  for (const auto kind : kAllKinds) CHECK(verdict([&](auto& d) { d.kind = kind; }).empty());
}

TEST_CASE("plugin descriptor: a symbol that is too small is not read past its end") {
  // On the heap and exactly as long, so that the address sanitizer sees more.
  for (const std::size_t length : {0U, 1U, 15U, 16U, 40U, 63U, 64U, 79U}) {
    const dhg_plugin_descriptor good{DHG_PLUGIN_MAGIC,
                                     sizeof(dhg_plugin_descriptor),
                                     DHG_ABI_MAJOR,
                                     DHG_ABI_MINOR,
                                     DHG_PAGE_SERVER,
                                     0,
                                     nullptr,
                                     "x",
                                     "1",
                                     "d",
                                     DHG_CXX_ABI,
                                     0,
                                     0};
    std::vector<std::byte> bytes(length);
    if (length > 0) std::memcpy(bytes.data(), &good, length);
    const auto* expected = length < 16 ? "too few for a descriptor" : "too short";
    CHECK_THROWS_WITH(check_descriptor(bytes, kLibrary), ContainsSubstring(expected));
  }
}

TEST_CASE("plugin descriptor: each fault has its own message") {
  CHECK_THAT(verdict([](auto& d) { d.magic = 1; }),
             ContainsSubstring(
                 "not a dhg plugin descriptor: magic number 0x0000000000000001, expected 0x0167"));
  CHECK_THAT(
      verdict([](auto& d) { d.abi_major = 2; }),
      ContainsSubstring(fmt::format("built for ABI 2.{0}, this dhg speaks 1.{0}", DHG_ABI_MINOR)));
  CHECK_THAT(verdict([](auto& d) { d.abi_minor = 7; }),
             ContainsSubstring("built for ABI 1.7, newer than"));
  CHECK_THAT(verdict([](auto& d) { d.struct_size = 63; }),
             ContainsSubstring("too short: 63 bytes"));
  CHECK_THAT(verdict([](auto& d) { d.kind = 0; }), ContainsSubstring("its kind is 0"));
  CHECK_THAT(verdict([](auto& d) { d.cxx_abi = nullptr; }), ContainsSubstring("no C++ ABI (NULL)"));
  CHECK_THAT(verdict([](auto& d) { d.cxx_abi = "other"; }),
             ContainsSubstring("its C++ ABI is 'other'"));
  CHECK_THAT(verdict([](auto& d) { d.name = nullptr; }), ContainsSubstring("no name (NULL)"));
  CHECK_THAT(verdict([](auto& d) { d.version = nullptr; }), ContainsSubstring("no version (NULL)"));
  CHECK_THAT(verdict([](auto& d) { d.description = nullptr; }),
             ContainsSubstring("no description (NULL)"));
  CHECK_THAT(verdict([](auto& d) { d.version = "1\x1b[2J"; }),
             ContainsSubstring("control characters"));
  CHECK_THAT(verdict([](auto& d) { d.option_count = 1; }),
             ContainsSubstring("list of options is NULL"));
  CHECK_THAT(verdict([](auto& d) { d.option_count = 1U << 30; }), ContainsSubstring("at most 256"));
}

TEST_CASE("plugin descriptor: names") {
  for (const auto* name : {"", "Lazy", "a_b", "a b", "../x", "ä"})
    CHECK_THAT(verdict([&](auto& d) { d.name = name; }),
               ContainsSubstring("its name") && ContainsSubstring("valid"));
  const std::string long_name(65, 'a');
  CHECK_THAT(verdict([&](auto& d) { d.name = long_name.c_str(); }),
             ContainsSubstring("name is longer than 64 bytes"));
  CHECK(verdict([&](auto& d) { d.name = long_name.c_str() + 1; }).empty());
}

TEST_CASE("plugin descriptor: options are declared soundly") {
  CHECK_THAT(option_verdict([](auto& o) { o.name = nullptr; }),
             ContainsSubstring("no name of an option"));
  CHECK_THAT(option_verdict([](auto& o) { o.name = "a-b"; }),
             ContainsSubstring("option name 'a-b'"));
  CHECK_THAT(option_verdict([](auto& o) { o.type = 9; }),
             ContainsSubstring("'threads' has type 9"));
  CHECK_THAT(option_verdict([](auto& o) { o.default_value = nullptr; }),
             ContainsSubstring("no default of option 'threads'"));
  CHECK_THAT(option_verdict([](auto& o) { o.description = nullptr; }),
             ContainsSubstring("no description of option 'threads'"));
  CHECK_THAT(option_verdict([](auto& o) { o.choices = "a|b"; }), ContainsSubstring("only an enum"));
  CHECK_THAT(option_verdict([](auto& o) {
               o.type = DHG_OPTION_BOOL;
               o.default_value = "true";
             }),
             ContainsSubstring("only integers and sizes"));

  const auto enumeration = [](const char* choices) {
    return option_verdict([&](auto& o) {
      o = {"mode", DHG_OPTION_ENUM, "a", nullptr, nullptr, choices, "one of some"};
    });
  };
  CHECK(enumeration("a|b").empty());
  CHECK_THAT(enumeration(nullptr), ContainsSubstring("no list of choices"));
  CHECK_THAT(enumeration("a|"), ContainsSubstring("empty choice"));
  CHECK_THAT(enumeration("a|b|a"), ContainsSubstring("choice 'a' twice"));
  CHECK_THAT(enumeration("b|c"), ContainsSubstring("default 'a'"));

  const std::array twice{good_option(), good_option()};
  CHECK_THAT(verdict([&](auto& d) {
               d.options = twice.data();
               d.option_count = 2;
             }),
             ContainsSubstring("declares option 'threads' twice"));
}

TEST_CASE("plugin descriptor: defaults and bounds are values") {
  CHECK_THAT(option_verdict([](auto& o) { o.default_value = "two"; }),
             ContainsSubstring("default 'two'"));
  CHECK_THAT(option_verdict([](auto& o) { o.default_value = "17"; }),
             ContainsSubstring("default '17'"));
  CHECK_THAT(option_verdict([](auto& o) { o.minimum = "x"; }), ContainsSubstring("minimum 'x'"));
  CHECK_THAT(option_verdict([](auto& o) { o.maximum = "x"; }), ContainsSubstring("maximum 'x'"));
  CHECK_THAT(option_verdict([](auto& o) { o.minimum = "20"; }),
             ContainsSubstring("minimum '20', which is greater than its maximum '16'"));
}

TEST_CASE("plugin descriptor: one from before the traits ends before them, and has none") {
  const dhg_plugin_descriptor whole{DHG_PLUGIN_MAGIC, 64,  1,   2,   DHG_PAGE_SERVER, 0,
                                    nullptr,          "x", "1", "d", DHG_CXX_ABI,     4096,
                                    DHG_TRAIT_LEARNS};
  std::vector<std::byte> bytes(64); // exactly: the address sanitizer sees a read past it
  std::memcpy(bytes.data(), &whole, bytes.size());
  const auto& old = check_descriptor(bytes, kLibrary);
  CHECK(traits_of(old).bits == 0);
  CHECK(traits_of(old).fault_bytes == 0);
}

TEST_CASE("plugin descriptor: what a page server declares of itself") {
  CHECK(verdict([](auto& d) {
          d.traits = DHG_TRAIT_LEARNS | UINT64_C(1) << 60;
          d.fault_bytes = 65536;
          CHECK(traits_of(d).bits == d.traits);
          CHECK(traits_of(d).fault_bytes == 65536);
        }).empty());
}
