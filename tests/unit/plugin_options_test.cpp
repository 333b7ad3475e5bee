#include "dhg/options.hpp"

#include <catch2/catch_all.hpp>
#include <stdexcept>

using Catch::Matchers::ContainsSubstring;
using dhg::Options;

TEST_CASE("plugin options: what was set is read with its type") {
  Options options;
  options.set("a", true);
  options.set("b", std::int64_t{-3});
  options.set("c", std::uint64_t{4096});
  options.set("d", std::string("text"));
  CHECK(options.boolean("a"));
  CHECK(options.integer("b") == -3);
  CHECK(options.size("c") == 4096);
  CHECK(options.text("d") == "text");
  options.set("b", std::int64_t{5});
  CHECK(options.integer("b") == 5);
}

TEST_CASE("plugin options: a mistake of the plugin is a logic error") {
  Options options;
  options.set("a", true);
  CHECK_THROWS_AS(options.integer("a"), std::logic_error);
  CHECK_THROWS_WITH(options.size("a"),
                    ContainsSubstring("'a' as a size, but declares another type"));
  CHECK_THROWS_WITH(options.text("b"), ContainsSubstring("'b', which it does not declare"));
}
