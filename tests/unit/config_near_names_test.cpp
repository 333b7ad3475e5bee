#include "text/near_names.hpp"

#include <catch2/catch_all.hpp>

using namespace dhg::text;

TEST_CASE("plugin near names") {
  const std::vector<std::string> names{"eager", "file", "lazy-2m", "lazy-4k"};
  CHECK(near_names("lazy4k", names) == std::vector<std::string>{"lazy-4k"});
  CHECK(near_names("lazy", names) == std::vector<std::string>{"lazy-2m", "lazy-4k"});
  CHECK(near_names("fil", names) == std::vector<std::string>{"file"});
  CHECK(near_names("x", names).empty());
  CHECK(near_names("", names).empty());
}
