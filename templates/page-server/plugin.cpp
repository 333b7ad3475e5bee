// @NAME@: decides which pages of a restored guest are installed, and when. The core
// owns the userfaultfd, keeps the kernel's rules, and checks that faults are served.

#include "dhg/page_server.hpp"

#include <array>

namespace {

// Checked against the user's YAML before anything of this file runs.
constexpr std::array kOptions{dhg_option{"chunk", DHG_OPTION_SIZE, "64KiB", "4KiB", "2MiB",
                                         nullptr, "how much is installed around a fault"}};

class @CLASS@ final : public dhg::PageServer {
 public:
  explicit @CLASS@(const dhg::Options& options)
      : chunk_(options.size("chunk") / dhg::kPageSize * dhg::kPageSize) {}

  // The guest waits for the page at fault.offset, which has to be installed when
  // this returns. What else is installed costs time now and may save a fault later.
  void on_fault(dhg::GuestMemory& memory, const dhg::PageFault& fault) override {
    const dhg::ByteRange chunk{fault.offset / chunk_ * chunk_, chunk_};
    for (const auto& region : memory.regions())
      if (region.contains(fault.offset))
        (void)memory.install(intersect(chunk, region)); // false: the run is over
  }

  // Asked when no fault waits: one short step of work; false when nothing is left.
  bool on_idle(dhg::GuestMemory& /*memory*/) override { return false; }

 private:
  std::uint64_t chunk_;
};

} // namespace

DHG_PLUGIN(DHG_PAGE_SERVER, @CLASS@, "@NAME@", "0.1", "Installs a chunk around each fault",
           kOptions)
