// The configs that are installed are valid, and choose what their names say.

#include "config/settings.hpp"

#include <catch2/catch_all.hpp>
#include <filesystem>

using dhg::config::parse_file;
using dhg::config::validate;

TEST_CASE("config shipped: each is valid and chooses what its name says") {
  const auto [name, page_server] =
      GENERATE(table<std::string, std::string>({{"fast", "working-set"},
                                                {"seed-eager", "eager"},
                                                {"seed-lazy-4k", "lazy-4k"},
                                                {"seed-lazy-2m", "lazy-2m"},
                                                {"file", "file"},
                                                {"firecracker", "working-set"},
                                                {"python", "working-set"}}));
  const auto folder = std::filesystem::path(DHG_CONFIGS);
  const auto settings = validate(parse_file(folder / (name + ".yaml")));
  CHECK(settings.page_server.choice.name == page_server);
  CHECK(settings.image == (name == "python" ? "python" : "deephaven"));
  CHECK(settings.page_server.fallback == (name.starts_with("seed-") ? "" : "file"));
}

TEST_CASE("config shipped: fast.yaml says what is the default without it") {
  const auto fast = validate(parse_file(std::filesystem::path(DHG_CONFIGS) / "fast.yaml"));
  const auto none = validate(dhg::config::parse_text("image: deephaven\n", "x"));
  CHECK(fast.image == none.image);
  CHECK(fast.page_server.choice.name == none.page_server.choice.name);
  CHECK(fast.page_server.fallback == none.page_server.fallback);
  CHECK(fast.result_channel.name == none.result_channel.name);
  CHECK(fast.launcher.name == none.launcher.name);
}
