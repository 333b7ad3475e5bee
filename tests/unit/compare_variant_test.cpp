#include "compare/variant.hpp"

#include "dhg/error.hpp"
#include "temporary_folder.hpp"

#include <catch2/catch_all.hpp>
#include <filesystem>
#include <fstream>

using namespace dhg;
using namespace dhg::compare;
using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;
using dhg::fakes::TemporaryFolder;

namespace {

std::optional<std::string> no_environment(const char* /*name*/) { return std::nullopt; }

class Configs {
 public:
  Configs() {
    write("a.yaml", "page_server:\n  plugin: eager\n  options:\n    threads: 2\n");
    write("b.yaml", "machine:\n  memory: 1GiB\n");
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
  }
  [[nodiscard]] const fs::path& path() const { return folder_.path(); }
  [[nodiscard]] std::vector<Variant> make(const VariantRequest& request) const {
    return make_variants(request, folder_.path(), no_environment);
  }
  [[nodiscard]] std::string error_of(const VariantRequest& request) const {
    try {
      (void)make(request);
    } catch (const Error& error) {
      CHECK(error.blame() == Blame::usage);
      return error.what();
    }
    return "no error";
  }

 private:
  TemporaryFolder folder_;
};

std::vector<std::string> names(const std::vector<Variant>& variants) {
  std::vector<std::string> result;
  for (const auto& variant : variants) result.push_back(variant.name);
  return result;
}

std::string value(const Variant& variant, const std::string& key) {
  for (const auto& [path, text] : variant.values)
    if (path == key) return text;
  return "none";
}

} // namespace

TEST_CASE("variants: configs are called like their files") {
  const Configs configs;
  const auto variants = configs.make({{"a", "b.yaml"}, {"run.timeout=5s"}, {}, {}});
  CHECK(names(variants) == std::vector<std::string>{"a", "b"});
  CHECK(value(variants[0], "page_server.options.threads") == "2");
  CHECK(value(variants[0], "machine.memory") == "default");
  CHECK(value(variants[1], "machine.memory") == "1GiB");
  CHECK(variants[1].settings.machine.memory_bytes == UINT64_C(1) << 30);
  const auto& options = variants[0].options;
  REQUIRE(options.size() == 4);
  CHECK(fs::path(options[1]).is_absolute());
  CHECK(options[2] == "--set");
  CHECK(options[3] == "run.timeout=5s");
}

TEST_CASE("variants: --vary makes every combination") {
  const Configs configs;
  const auto variants = configs.make(
      {{"a"},
       {},
       {parse_axis("page_server.plugin=eager,lazy-4k"), parse_axis("machine.vcpus=1,2")},
       {}});
  CHECK(names(variants) == std::vector<std::string>{"eager:vcpus=1", "eager:vcpus=2",
                                                    "lazy-4k:vcpus=1", "lazy-4k:vcpus=2"});
  // Options go with the plugin that they are for.
  CHECK(value(variants[0], "page_server.options.threads") == "2");
  CHECK(value(variants[2], "page_server.options.threads") == "none");
  CHECK(names(configs.make({{"a", "b"}, {}, {parse_axis("machine.vcpus=1,2")}, {}})) ==
        std::vector<std::string>{"a:vcpus=1", "a:vcpus=2", "b:vcpus=1", "b:vcpus=2"});
}

TEST_CASE("variants: what would read as a number is named with its key") {
  const Configs configs;
  CHECK(
      names(configs.make({{"a"}, {}, {parse_axis("page_server.options.ahead=64,16,near")}, {}})) ==
      std::vector<std::string>{"ahead=64", "ahead=16", "near"});
}

TEST_CASE("variants: files of one name are told apart by their folders") {
  const Configs configs;
  CHECK(names(configs.make(
            {{"b"},
             {},
             {parse_axis("page_server.plugin=/x/old/libp.so,/x/new/libp.so,new/libq.so")},
             {}})) == std::vector<std::string>{"old/libp", "new/libp", "libq"});
  configs.write("c.yaml", "image: a\n");
  fs::create_directory(configs.path() / "sub");
  configs.write("sub/c.yaml", "image: b\n");
  const auto both = names(configs.make(
      {{(configs.path() / "c.yaml").string(), (configs.path() / "sub/c.yaml").string()},
       {},
       {},
       {}}));
  CHECK(both[1] == "sub/c");
  CHECK_THAT(both[0], Catch::Matchers::EndsWith("/c") && !ContainsSubstring("sub"));
}

TEST_CASE("variants: any command is one too") {
  const Configs configs;
  const auto variants = configs.make({{"a"}, {}, {}, {"local=python3 -c 'print(1 == 1)'"}});
  REQUIRE(variants.size() == 2);
  CHECK(variants[1].name == "local");
  CHECK(variants[1].external == "python3 -c 'print(1 == 1)'");
}

TEST_CASE("variants: what cannot be compared is refused") {
  const Configs configs;
  CHECK_THAT(configs.error_of({{"a"}, {}, {}, {}}), ContainsSubstring("only one variant"));
  CHECK_THAT(configs.error_of({{"a", "a"}, {}, {}, {}}),
             ContainsSubstring("two variants are called 'a'"));
  CHECK_THAT(configs.error_of({{"a", "none"}, {}, {}, {}}), ContainsSubstring("none"));
  CHECK_THAT(configs.error_of({{"a", "b"}, {"no.such=1"}, {}, {}}),
             ContainsSubstring("unknown key"));
  CHECK_THAT(configs.error_of({{"a"}, {}, {parse_axis("machine.vcpus=1,99")}, {}}),
             ContainsSubstring("machine.vcpus"));
  CHECK_THAT(configs.error_of({{"a"}, {}, {}, {"=true"}}), ContainsSubstring("NAME=COMMAND"));
  CHECK_THAT(configs.error_of({{"a"}, {}, {}, {"x="}}), ContainsSubstring("NAME=COMMAND"));
  CHECK_THAT(configs.error_of({{"a"}, {}, {}, {"it's=true"}}),
             ContainsSubstring("not a valid variant name"));
  std::string many = "machine.vcpus=1";
  for (int i = 2; i <= 32; ++i) many += "," + std::to_string(i);
  CHECK_THAT(configs.error_of({{"a", "b"}, {}, {parse_axis(many)}, {}}),
             ContainsSubstring("more than 32"));
}

TEST_CASE("variants: an axis is a key and values") {
  CHECK(parse_axis("a.b=x,y=z").values == std::vector<std::string>{"x", "y=z"});
  for (const auto* text : {"", "a", "a=", "=x", "a=x,", "a=,x", "a=x,,y"})
    CHECK_THROWS_AS(parse_axis(text), Error);
}
