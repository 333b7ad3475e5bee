#include "config/units.hpp"
#include "text/near_names.hpp"
#include "text/utf8.hpp"

#include <catch2/catch_all.hpp>
#include <limits>

using namespace dhg::config;
using namespace dhg::text;
using std::chrono::milliseconds;

TEST_CASE("config units: sizes are exact, and never overflow") {
  CHECK(parse_size("4096") == 4096);
  CHECK(parse_size("4096B") == 4096);
  CHECK(parse_size("64KiB") == 65536);
  CHECK(parse_size("512 MiB") == UINT64_C(512) << 20);
  CHECK(parse_size("1TiB") == UINT64_C(1) << 40);
  CHECK(parse_size("18446744073709551615") == std::numeric_limits<std::uint64_t>::max());
  for (const auto* wrong : {"", " ", "MiB", "-1", "+1", "1.5GiB", "0x10", "1 2", " 1", "1MiB ",
                            "512MB", "1g", "18446744073709551616", "16777216TiB"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_size(wrong));
  }
}

TEST_CASE("config units: what was meant by a decimal unit") {
  CHECK(suggest_size("512MB") == "512MiB");
  CHECK(suggest_size("512 mb") == "512MiB");
  CHECK(suggest_size("2g") == "2GiB");
  CHECK(suggest_size("4kib") == "4KiB");
  for (const auto* text : {"512MiB", "lots", "", "5 apples", "99999999999TB"})
    CHECK_FALSE(suggest_size(text));
}

TEST_CASE("config units: a formatted size reads as the same") {
  CHECK(format_size(UINT64_C(512) << 20) == "512MiB");
  CHECK(format_size(0) == "0");
  for (const std::uint64_t bytes : {UINT64_C(0), UINT64_C(1), UINT64_C(1023), UINT64_C(1024),
                                    UINT64_C(3) << 29, std::numeric_limits<std::uint64_t>::max()})
    CHECK(parse_size(format_size(bytes)) == bytes);
}

TEST_CASE("config units: durations") {
  CHECK(parse_duration("500ms") == milliseconds(500));
  CHECK(parse_duration("10") == milliseconds(10000));
  CHECK(parse_duration("0") == milliseconds(0));
  CHECK(parse_duration("30 s") == milliseconds(30000));
  CHECK(parse_duration("5m") == milliseconds(300000));
  for (const auto* wrong : {"", "s", "-1s", "-1", "5 m s", "1h", "1.5s", "99999999999999999999s",
                            "18446744073709552s", "527041m"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_duration(wrong));
  }
  for (const int ms : {0, 1, 999, 1000, 60000, 90000})
    CHECK(parse_duration(format_duration(milliseconds(ms))) == milliseconds(ms));
}

TEST_CASE("config names: near ones, each once") {
  const std::vector<std::string> names{"page_server", "launcher", "run", "run"};
  CHECK(near_names("page_servr", names) == std::vector<std::string>{"page_server"});
  CHECK(near_names("launch", names) == std::vector<std::string>{"launcher"});
  CHECK(near_names("ran", names) == std::vector<std::string>{"run"});
  CHECK(near_names("colour", names).empty());
  CHECK(near_names("", names).empty());
  CHECK(near_names(std::string(1 << 20, 'x'), names).empty());
}

TEST_CASE("config text: printable is one short line") {
  CHECK(printable("a\nb\x1b\x7f") == "a\\x0ab\\x1b\\x7f");
  CHECK(printable("\xff\xe2\x82\xac") == "\\xff\xe2\x82\xac");
  CHECK(printable("\xc2\x9b") == "\\xc2\\x9b"); // CSI
  CHECK(printable("\xe2\x82") == "\\xe2\\x82");
  CHECK(printable(std::string(5000, 'x')).size() == 203);
}
