// The text of the memory handshake, as a VMM sends it.

#include "memory/handshake.hpp"
#include "fuzz.hpp"

using namespace dhg;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::uint64_t kFile = UINT64_C(1) << 30;
  std::vector<HostRegion> regions;
  if (!fuzz::accepts([&] { regions = memory::parse_regions(fuzz::text_of(data, size), kFile); }))
    return 0;
  fuzz::require(!regions.empty());
  std::uint64_t end = 0;
  for (const auto& [address, file] : regions) {
    fuzz::require(file.length > 0 && (address | file.offset | file.length) % kPageSize == 0);
    fuzz::require(file.offset >= end && file.length <= kFile - file.offset);
    fuzz::require(address + file.length > address);
    end = file.end();
  }
  for (const auto& a : regions)
    for (const auto& b : regions)
      fuzz::require(&a == &b || a.address + a.file.length <= b.address ||
                    b.address + b.file.length <= a.address);
  return 0;
}
