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
                                                {"firecracker", "lazy-4k"},
                                                {"python", "lazy-4k"}}));
  const auto folder = std::filesystem::path(DHG_CONFIGS);
  const auto settings = validate(parse_file(folder / (name + ".yaml")));
  CHECK(settings.page_server.choice.name == page_server);
  CHECK(settings.image == (name == "python" ? "python" : "deephaven"));
  CHECK((settings.page_server.fallback == dhg::config::Fallback::file) ==
        (name == "fast" || name == "python"));
}
