// lazy-2m: on a fault, the whole 2 MiB around it, clipped to its region. Few
// faults, many bytes. What of a chunk is there already is left alone.

#include "dhg/page_server.hpp"

namespace {

constexpr std::uint64_t kChunk = 2UL * 1024 * 1024;

class Lazy2m final : public dhg::PageServer {
 public:
  explicit Lazy2m(const dhg::Options& /*options*/) {}

  void on_fault(dhg::GuestMemory& memory, const dhg::PageFault& fault) override {
    for (const auto& region : memory.regions()) {
      if (!region.contains(fault.offset)) continue;
      (void)memory.install(intersect({fault.offset / kChunk * kChunk, kChunk}, region));
    }
  }
};

constexpr dhg::Traits kTraits{DHG_TRAIT_ATTACHES_AT_ONCE, UINT64_C(2) << 20};

} // namespace

DHG_PLUGIN_WITH_TRAITS(DHG_PAGE_SERVER, Lazy2m, "lazy-2m", "1.0",
                       "Installs the aligned 2 MiB around each fault", dhg::kNoOptions, kTraits)
