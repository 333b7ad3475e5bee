#include "dhg/page_server.hpp"

#include "deed.hpp"

#include <limits>

namespace {

class Misbehaving final : public dhg::LearningPageServer {
 public:
  explicit Misbehaving(const dhg::Options& /*options*/) { misbehave("constructor"); }
  ~Misbehaving() override { misbehave("destructor"); }

  [[nodiscard]] dhg::MemoryBacking backing() const noexcept override {
    misbehave("backing");
    return dhg::MemoryBacking::userfaultfd;
  }
  void recall(const dhg::SnapshotNotes& /*notes*/) override { misbehave("recall"); }
  void preload(const dhg::PageSource& /*source*/) override { misbehave("preload"); }
  void attach(dhg::GuestMemory& /*memory*/) override { misbehave("attach"); }
  void on_fault(dhg::GuestMemory& memory, const dhg::PageFault& fault) override {
    if (++faults_ > 200) misbehave("on_fault");
    (void)memory.install({fault.offset, dhg::kPageSize});
  }
  bool on_idle(dhg::GuestMemory& /*memory*/) override {
    misbehave("on_idle");
    return false;
  }
  void learn(dhg::SnapshotNotes& /*notes*/) override { misbehave("learn"); }
  [[nodiscard]] std::vector<dhg::Figure> figures() const override {
    misbehave("figures");
    if (returns_nonsense("figures")) return {{"Not A Name!", 1}};
    if (returns_nonsense("value")) return {{"faults", std::numeric_limits<double>::quiet_NaN()}};
    return {};
  }

 private:
  int faults_ = 0;
};

// Runs when the library is loaded.
const bool loaded = (misbehave("loading"), true);

} // namespace

DHG_PLUGIN(DHG_PAGE_SERVER, Misbehaving, "misbehaving", "1", "Does what DEED says", dhg::kNoOptions)
