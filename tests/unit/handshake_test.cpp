// The text of the handshake; how it arrives is tested in tests/conformance.

#include "memory/handshake.hpp"

#include "dhg/error.hpp"

#include <fmt/format.h>
#include <catch2/catch_all.hpp>
#include <nlohmann/json.hpp>

using namespace dhg;
using Catch::Matchers::ContainsSubstring;
using memory::parse_regions;
using nlohmann::json;

namespace {

constexpr std::uint64_t kFile = 16 * 1024 * 1024;

json region(std::uint64_t address, std::uint64_t size, std::uint64_t offset) {
  return {
      {"base_host_virt_addr", address}, {"size", size}, {"offset", offset}, {"page_size", 4096}};
}

std::string refusal(const std::string& text) {
  try {
    (void)parse_regions(text, kFile);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

std::string refusal(const json& value) { return refusal(value.dump()); }

} // namespace

TEST_CASE("handshake text: what VMMs are given to encode it with is what is read") {
  const std::vector<HostRegion> regions{{0x7f00'0000'0000, {0, 8192}},
                                        {architecture::kAddressEnd - 4096, {8192, 4096}}};
  const auto text = encode_handoff(regions);
  const auto read = parse_regions(text, kFile);
  REQUIRE(read.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(read[i].address == regions[i].address);
    CHECK(read[i].file == regions[i].file);
  }
  CHECK(encode_handoff({regions.data(), 1}) ==
        R"([{"base_host_virt_addr":139637976727552,"size":8192,"offset":0,"page_size":4096,)"
        R"("page_size_kib":4096}])");
  const auto largest = encode_handoff(
      std::vector<HostRegion>(kMaxHandoffRegions, {UINT64_MAX, {UINT64_MAX, UINT64_MAX}}));
  CHECK(largest.ends_with("}]"));
  CHECK(largest.size() <= kMaxHandoffBytes);
  CHECK(largest.size() / kMaxHandoffRegions < DHG_HANDOFF_REGION_BYTES);
}

TEST_CASE("handshake text: regions come sorted by their place in the file") {
  const auto regions =
      parse_regions(json{region(0x100000, 8192, 1 << 20), region(0x800000, 4096, 0)}.dump(), kFile);
  REQUIRE(regions.size() == 2);
  CHECK(regions[0].address == 0x800000);
  CHECK(regions[0].file == ByteRange{0, 4096});
  CHECK(regions[1].file == ByteRange{1 << 20, 8192});
}

TEST_CASE("handshake text: the deprecated name of the page size counts, in bytes") {
  auto value = region(4096, 4096, 0);
  value.erase("page_size");
  CHECK_THAT(refusal(json{value}), ContainsSubstring("page_size_kib"));
  value["page_size_kib"] = 4096;
  CHECK(refusal(json{value}) == "accepted");
  value["page_size"] = 2 * 1024 * 1024;
  CHECK_THAT(refusal(json{value}), ContainsSubstring("page size 2097152"));
}

TEST_CASE("handshake text: what is no array of regions") {
  for (const auto* text : {"", "{}", "null", "[", "[]", "[1]", "[[]]", "[null]", "\"x\"", "[{}]",
                           "\xff\xfe", "[{\"size\":4096}]", "[] []"})
    CHECK_THAT(refusal(std::string(text)), ContainsSubstring("not valid"));
  CHECK_THAT(refusal(std::string(30'000, '[')), ContainsSubstring("not a JSON array"));
}

TEST_CASE("handshake text: numbers that are none") {
  for (const auto* member : {"base_host_virt_addr", "size", "offset", "page_size"}) {
    for (const json& wrong : {json(-4096), json(4096.0), json("4096"), json(nullptr), json(true),
                              json::array(), json(1e30)}) {
      auto value = region(4096, 4096, 0);
      value[member] = wrong;
      CHECK_THAT(refusal(json{value}), ContainsSubstring("unsigned integer"));
    }
    auto missing = region(4096, 4096, 0);
    missing.erase(member);
    CHECK_THAT(refusal(json{missing}), ContainsSubstring("has no"));
  }
}

TEST_CASE("handshake text: page sizes that are not served") {
  for (const std::uint64_t size : {UINT64_C(0), UINT64_C(3), UINT64_C(4), UINT64_C(2'097'152)}) {
    auto value = region(4096, 4096, 0);
    value["page_size"] = size;
    CHECK_THAT(refusal(json{value}), ContainsSubstring("page size"));
  }
}

TEST_CASE("handshake text: regions that are not possible") {
  constexpr auto kMax = ~UINT64_C(0);
  CHECK_THAT(refusal(json{region(4096, 0, 0)}), ContainsSubstring("empty"));
  CHECK_THAT(refusal(json{region(4097, 4096, 0)}), ContainsSubstring("not aligned"));
  CHECK_THAT(refusal(json{region(4096, 4095, 0)}), ContainsSubstring("not aligned"));
  CHECK_THAT(refusal(json{region(4096, 4096, 1)}), ContainsSubstring("not aligned"));
  CHECK_THAT(refusal(json{region(kMax - 4095, 8192, 0)}), ContainsSubstring("address space"));
  CHECK_THAT(refusal(json{region(4096, kMax - 4095, 0)}), ContainsSubstring("address space"));
  CHECK_THAT(refusal(json{region(4096, 4096, kFile)}), ContainsSubstring("passes the end"));
  CHECK_THAT(refusal(json{region(4096, kFile + 4096, 0)}), ContainsSubstring("passes the end"));
  CHECK_THAT(refusal(json{region(4096, 8192, kFile - 4096)}), ContainsSubstring("passes the end"));
  CHECK_THAT(refusal(json{region(4096, 8192, kMax - 4095)}), ContainsSubstring("passes the end"));
  CHECK(refusal(json{region(4096, kFile, 0)}) == "accepted");
}

TEST_CASE("handshake text: regions that overlap") {
  CHECK_THAT(refusal(json{region(0x10000, 8192, 0), region(0x11000, 4096, 65536)}),
             ContainsSubstring("overlap in memory"));
  CHECK_THAT(refusal(json{region(0x10000, 8192, 0), region(0x20000, 4096, 4096)}),
             ContainsSubstring("overlap in the file"));
  CHECK_THAT(refusal(json{region(0x10000, 4096, 0), region(0x10000, 4096, 0)}),
             ContainsSubstring("overlap"));
  CHECK(refusal(json{region(0x10000, 4096, 0), region(0x11000, 4096, 4096)}) == "accepted");
}

TEST_CASE("handshake text: too many regions") {
  auto many = json::array();
  for (std::uint64_t i = 0; i < 65; ++i) many.push_back(region((i + 1) * 8192, 4096, i * 4096));
  CHECK_THAT(refusal(many), ContainsSubstring("65 regions"));
  many.erase(64);
  CHECK(refusal(many) == "accepted");
}
