#include "config/raw.hpp"
#include "config/settings.hpp"
#include "dhg/error.hpp"

#include <catch2/catch_all.hpp>
#include <filesystem>
#include <map>

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using dhg::config::apply_environment;
using dhg::config::apply_set;
using dhg::config::parse_text;
using dhg::config::RawNode;
using dhg::config::show;
using dhg::config::validate;

namespace {

void with_environment(RawNode& root, const std::map<std::string, std::string>& values) {
  apply_environment(root, [&](const char* name) {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional<std::string>(found->second);
  });
}

const char* const kEagerFile = "page_server:\n  plugin: eager\n  options:\n    threads: 3\n";

} // namespace

TEST_CASE("config layers: flag over environment over file over default") {
  auto root = parse_text("page_server:\n  plugin: lazy-2m\n", "x.yaml");
  CHECK(validate(root).page_server.choice.name == "lazy-2m");
  with_environment(root, {{"DHG_VM_NO_UFFD", "1"}});
  CHECK(validate(root).page_server.choice.name == "file");
  apply_set(root, "page_server.plugin=lazy-4k");
  CHECK(validate(root).page_server.choice.name == "lazy-4k");
  CHECK(validate(root).launcher.name == "qemu");
}

TEST_CASE("config environment: 1, 0 or empty, and not both") {
  auto root = parse_text("image: a\n", "x");
  with_environment(root, {{"DHG_VM_NO_UFFD", "0"}, {"DHG_VM_EAGER_UFFD", ""}});
  CHECK(validate(root).page_server.choice.name == "working-set");
  with_environment(root, {{"DHG_VM_NO_UFFD", "0"}, {"DHG_VM_EAGER_UFFD", "1"}});
  CHECK(validate(root).page_server.choice.name == "eager");
  CHECK_THROWS_WITH(with_environment(root, {{"DHG_VM_NO_UFFD", "yes"}}),
                    "DHG_VM_NO_UFFD=yes: it is 1 or 0");
  CHECK_THROWS_WITH(
      with_environment(root, {{"DHG_VM_NO_UFFD", "1"}, {"DHG_VM_EAGER_UFFD", "1"}}),
      "DHG_VM_EAGER_UFFD and DHG_VM_NO_UFFD are both set: they contradict each other");
}

TEST_CASE("config environment: does not hide what is wrong in the file") {
  auto root = parse_text("page_server: foo\n", "x.yaml");
  CHECK_THROWS_WITH(with_environment(root, {{"DHG_VM_NO_UFFD", "1"}}),
                    StartsWith("x.yaml:1:14: 'page_server' is a group of keys"));
  auto options = parse_text("page_server: {plugin: eager, options: 5}\n", "x.yaml");
  with_environment(options, {{"DHG_VM_NO_UFFD", "1"}});
  CHECK_THROWS_WITH(validate(options), StartsWith("x.yaml:1:39: 'page_server.options' is a map"));
  auto null = parse_text("page_server:\n", "x.yaml");
  with_environment(null, {{"DHG_VM_NO_UFFD", "1"}});
  CHECK(validate(null).page_server.choice.name == "file");
}

TEST_CASE("config layers: options of another plugin are set aside, and that is shown") {
  auto root = parse_text(kEagerFile, "x.yaml");
  with_environment(root, {{"DHG_VM_NO_UFFD", "1"}});
  CHECK_FALSE(validate(root).page_server.choice.options);
  CHECK_THAT(show(root),
             ContainsSubstring("  # x.yaml:4:5: option 'threads' of 'eager' is not used\n"));
  apply_set(root, "page_server.plugin=eager"); // the file's own plugin again
  REQUIRE(validate(root).page_server.choice.options);
  CHECK(validate(root).page_server.choice.options->find("threads")->text == "3");
  CHECK_THAT(show(root), !ContainsSubstring("not used"));
}

TEST_CASE("config layers: options stay with the same plugin, the default one too") {
  auto root = parse_text(kEagerFile, "x");
  with_environment(root, {{"DHG_VM_EAGER_UFFD", "1"}});
  CHECK(validate(root).page_server.choice.options);
  auto unnamed = parse_text("page_server:\n  options:\n    a: 1\n", "x");
  apply_set(unnamed, "page_server.plugin=working-set");
  CHECK(validate(unnamed).page_server.choice.options);
}

TEST_CASE("config set: a flag's options hold in any order") {
  auto root = parse_text("image: a\n", "x");
  apply_set(root, "page_server.options.threads=2");
  apply_set(root, "page_server.plugin=eager");
  const auto settings = validate(root);
  CHECK(settings.page_server.choice.name == "eager");
  CHECK(settings.page_server.choice.options->find("threads")->text == "2");
  auto over = parse_text(kEagerFile, "x");
  apply_set(over, "page_server.options.threads=2");
  apply_set(over, "page_server.plugin=file");
  apply_set(over, "page_server.plugin=eager");
  CHECK(validate(over).page_server.choice.options->find("threads")->text == "2");
}

TEST_CASE("config set: what is wrong is said of the flag") {
  auto root = parse_text("page_server: {plugin: eager}\n", "x.yaml");
  const auto [flag, message] = GENERATE(table<std::string, std::string>({
      {"nonsense", "--set nonsense: not of the form KEY=VALUE"},
      {"=1", "--set =1: not of the form"},
      {".a=1", "--set .a=1: not of the form"},
      {"a..b=1", "--set a..b=1: not of the form"},
      {"image=\xff", "--set image=\\xff: not of the form"},
      {"page_servr.plugin=x",
       "--set page_servr.plugin: unknown key 'page_servr'; did you mean 'page_server'?"},
      {"machine.x.y=1", "--set machine.x.y: unknown key 'x'; choose one of: memory, vcpus"},
      {"page_server=", "--set page_server: 'page_server' is a group of keys: plugin, "},
      {"page_server.options=", "--set page_server.options: 'page_server.options' is a map"},
      {"page_server.options.a.b=1", "--set page_server.options.a.b: an option's name has no '.'"},
      {"image.x=1", "--set image.x: 'image' is a single value"},
  }));
  CHECK_THROWS_WITH(apply_set(root, flag), StartsWith(message));
  CHECK(validate(root).page_server.choice.name == "eager");
}

TEST_CASE("config set: the value is what follows the first '='") {
  auto root = parse_text("image: a\n", "x");
  apply_set(root, "launcher.options.text=a=b");
  CHECK(validate(root).launcher.options->find("text")->text == "a=b");
  apply_set(root, "machine.memory=512MB");
  CHECK_THROWS_WITH(validate(root), StartsWith("--set machine.memory: '512MB'"));
}

TEST_CASE("config set: a plugin's relative path begins in the current folder, but not in a file") {
  auto root = parse_text("image: a\n", "x");
  apply_set(root, "page_server.plugin=build/../libx.so");
  CHECK(validate(root).page_server.choice.name ==
        (std::filesystem::current_path() / "libx.so").string());
  CHECK_THROWS_WITH(validate(parse_text("page_server: {plugin: build/libx.so}\n", "x.yaml")),
                    StartsWith("x.yaml:1:23: page_server.plugin: 'build/libx.so' is not valid"));
}

TEST_CASE("config: flags that concern a snapshot are repeated as they were given") {
  auto root = parse_text("machine: {memory: 1GiB}\n", "x");
  dhg::config::apply_flag(root, "--timeout", "run.timeout", "5");
  dhg::config::apply_flag(root, "--image", "image", "a");
  for (const auto* flag :
       {"launcher.plugin=my-vmm", "launcher.options.text=a b", "machine.vcpus=2",
        "page_source=direct", "page_server.fallback=none", "page_server.notes=/n"})
    apply_set(root, flag);
  CHECK(validate(root).prepare_flags ==
        std::vector<std::string>{"--set", "machine.vcpus=2", "--set", "launcher.plugin=my-vmm",
                                 "--set", "launcher.options.text=a b"});
}
