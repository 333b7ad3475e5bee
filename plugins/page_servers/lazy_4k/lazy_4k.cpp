// lazy-4k: one page a fault, and nothing before. Data pages are copied, holes
// become the zero page; install() finds out which by the file's extents.

#include "dhg/page_server.hpp"

namespace {

class Lazy4k final : public dhg::PageServer {
 public:
  explicit Lazy4k(const dhg::Options& /*options*/) {}

  void on_fault(dhg::GuestMemory& memory, const dhg::PageFault& fault) override {
    (void)memory.install({fault.offset, dhg::kPageSize});
  }
};

constexpr dhg::Traits kTraits{DHG_TRAIT_ATTACHES_AT_ONCE, dhg::kPageSize};

} // namespace

DHG_PLUGIN_WITH_TRAITS(DHG_PAGE_SERVER, Lazy4k, "lazy-4k", "1.0",
                       "Installs the one page that a fault asks for", dhg::kNoOptions, kTraits)
