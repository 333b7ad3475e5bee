// file: the kernel maps the snapshot's memory copy-on-write and serves its pages
// from the page cache. Nothing is handled here; the baseline for all others.

#include "dhg/page_server.hpp"

#include <stdexcept>

namespace {

class File final : public dhg::PageServer {
 public:
  explicit File(const dhg::Options& /*options*/) {}

  [[nodiscard]] dhg::MemoryBacking backing() const noexcept override {
    return dhg::MemoryBacking::private_mapping;
  }

  void on_fault(dhg::GuestMemory& /*memory*/, const dhg::PageFault& /*fault*/) override {
    throw std::logic_error("a private mapping has no faults to serve");
  }
};

constexpr dhg::Traits kTraits{DHG_TRAIT_NO_FAULTS | DHG_TRAIT_ATTACHES_AT_ONCE, 0};

} // namespace

DHG_PLUGIN_WITH_TRAITS(DHG_PAGE_SERVER, File, "file", "1.0",
                       "Maps the snapshot's memory file copy-on-write; no fault handler at all",
                       dhg::kNoOptions, kTraits)
