// hybrid: on demand, the more at once the denser the faults lie; while none comes,
// the surroundings of those that came. docs/page-servers/hybrid.md

#include "adaptive_chunk.hpp"
#include "dhg/page_server.hpp"

#include <deque>

namespace {

using dhg::ByteRange;
using dhg_pages::AdaptiveChunk;
using dhg_pages::install_clipped;

constexpr std::uint64_t kStep = 128UL * 1024; // some 40 us of copying: a fault waits no longer

constexpr std::array kOptions{dhg_option{
    "background", DHG_OPTION_ENUM, "near", nullptr, nullptr, "none|near|all",
    "what to copy while no fault is pending; none: nothing; near: what lies behind dense "
    "faults; all: that, and then all data of the snapshot"}};

class Hybrid final : public dhg::PageServer {
 public:
  explicit Hybrid(const dhg::Options& options)
      : near_(options.text("background") != "none"), all_(options.text("background") == "all") {}

  void on_fault(dhg::GuestMemory& memory, const dhg::PageFault& fault) override {
    if (!memory.install({fault.offset, dhg::kPageSize})) return;
    const auto chunk = chunks_.around(memory.source(), fault.offset);
    (void)install_clipped(memory, chunk);
    // Next to a stretch that was dense comes, more often than not, more of it.
    if (near_ && chunk.length == AdaptiveChunk::kLargest)
      pending_.push_back({chunk.end(), chunk.length});
  }

  bool on_idle(dhg::GuestMemory& memory) override {
    if (pending_.empty() && all_) take_next_extent(memory.source());
    if (pending_.empty()) return false;
    auto& range = pending_.front();
    const auto step = std::min(kStep, range.length);
    const bool go_on = install_clipped(memory, {range.offset, step});
    range = {range.offset + step, range.length - step};
    if (range.length == 0) pending_.pop_front();
    return go_on && (all_ || !pending_.empty());
  }

 private:
  void take_next_extent(const dhg::PageSource& source) {
    const auto extents = source.data_extents();
    if (next_extent_ < extents.size()) pending_.push_back(extents[next_extent_++]);
  }

  const bool near_;
  const bool all_;
  AdaptiveChunk chunks_;
  std::deque<ByteRange> pending_;
  std::size_t next_extent_ = 0;
};

constexpr dhg::Traits kTraits{DHG_TRAIT_ATTACHES_AT_ONCE, 0};

} // namespace

DHG_PLUGIN_WITH_TRAITS(
    DHG_PAGE_SERVER, Hybrid, "hybrid", "1.0",
    "On demand, more at once where faults are dense, and ahead while none is pending", kOptions,
    kTraits)
