// A page server that does as its option says, for tests/cli/test_plugin_test.py.

#include "dhg/page_server.hpp"

#include <unistd.h>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace {

constexpr std::array kOptions{
    dhg_option{"does", DHG_OPTION_ENUM, "right", nullptr, nullptr,
               "right|copies_when_idle|two_when_idle|throws_when_made|hangs_when_made|"
               "hangs_in_preload|exits|exits_at_once|crashes|throws|installs_nothing|hangs",
               "what it does"},
    dhg_option{"label", DHG_OPTION_STRING, "", nullptr, nullptr, nullptr, "told when it throws"}};

// Enough that the rules are well under way.
constexpr int kGoodFaults = 200;

[[noreturn]] void hang() {
  for (;;) pause();
}

class Misbehaves final : public dhg::PageServer {
 public:
  explicit Misbehaves(const dhg::Options& options)
      : does_(options.text("does")), label_(options.text("label")) {
    if (does_ == "throws_when_made") throw std::runtime_error("no licence file");
    if (does_ == "hangs_when_made") hang();
  }

  void preload(const dhg::PageSource& /*source*/) override {
    if (does_ == "hangs_in_preload") hang();
  }

  void on_fault(dhg::GuestMemory& memory, const dhg::PageFault& fault) override {
    if (++faults_ > kGoodFaults) {
      if (does_ == "exits") std::exit(0);
      if (does_ == "exits_at_once") _exit(0);
      if (does_ == "crashes") *reinterpret_cast<volatile int*>(8) = 1;
      if (does_ == "throws") throw std::runtime_error("out of ideas" + label_);
      if (does_ == "installs_nothing") return;
      if (does_ == "hangs") hang();
    }
    (void)memory.install({fault.offset, dhg::kPageSize});
  }

  bool on_idle(dhg::GuestMemory& memory) override {
    if (does_ == "two_when_idle") return install_two(memory);
    return does_ == "copies_when_idle" && copy_some(memory);
  }

 private:
  // Once, and then there is nothing more to do.
  bool install_two(dhg::GuestMemory& memory) {
    for (const auto& region : memory.regions()) {
      const auto part = dhg::intersect({64 * 1024, 2 * dhg::kPageSize}, region);
      if (extent_ == 0 && part.length > 0) (void)memory.install(part);
    }
    extent_ = 1;
    return false;
  }

  // All data in order, 256 KiB at a time.
  bool copy_some(dhg::GuestMemory& memory) {
    const auto extents = memory.source().data_extents();
    while (extent_ < extents.size()) {
      const auto& extent = extents[extent_];
      const dhg::ByteRange step{extent.offset + done_,
                                std::min<std::uint64_t>(256 * 1024, extent.length - done_)};
      if (step.length == 0) {
        ++extent_;
        done_ = 0;
        continue;
      }
      for (const auto& region : memory.regions())
        if (const auto part = dhg::intersect(step, region);
            part.length > 0 && !memory.install(part))
          return false;
      done_ += step.length;
      return true;
    }
    return false;
  }

  const std::string does_;
  const std::string label_;
  int faults_ = 0;
  std::size_t extent_ = 0;
  std::uint64_t done_ = 0;
};

} // namespace

DHG_PLUGIN(DHG_PAGE_SERVER, Misbehaves, "misbehaves", "1.0", "Does as its option says", kOptions)
