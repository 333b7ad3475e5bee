// working-set: what earlier runs of this snapshot touched is copied ahead, in few
// large pieces and in the order in which it was touched; the rest comes on demand.
// docs/page-servers/working-set.md

#include "adaptive_chunk.hpp"
#include "dhg/page_server.hpp"
#include "plan.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

namespace {

using dhg::GuestMemory;
using dhg_pages::AdaptiveChunk;
using dhg_pages::install_clipped;
using dhg_pages::page_of;
using dhg_pages::PageIndex;
using dhg_working_set::Plan;
using dhg_working_set::Record;
using dhg_working_set::Trace;

constexpr std::array kOptions{
    dhg_option{"runs", DHG_OPTION_INT, "3", "1", "16", nullptr,
               "how many runs are recorded, page by page, before the set is used"},
    dhg_option{
        "share", DHG_OPTION_INT, "75", "1", "100", nullptr,
        "percent of the recorded runs that must have touched a page for it to be in the set"},
    dhg_option{
        "gap", DHG_OPTION_SIZE, "4KiB", "0", "2MiB", nullptr,
        "the longest gap, in whole pages, between two pages of the set that is copied with them; "
        "0: none"},
    dhg_option{"record", DHG_OPTION_BOOL, "false", nullptr, nullptr, nullptr,
               "record this run too, page by page, and report how good the set would have been"}};

// How long a VMM goes on loading its machine's state once it has handed over its memory:
// so long nobody waits for the set to be copied. The rest is copied while the guest runs.
constexpr std::chrono::milliseconds kLoadTime{8};
// Pages that are taken along with one that an earlier run touched.
constexpr std::size_t kLeastWindow = 32;
constexpr std::size_t kLargestWindow = 512;
// A run with so many faults besides the set did something new: worth remembering.
constexpr std::size_t kWorthKeeping = 256;

class WorkingSet final : public dhg::LearningPageServer {
 public:
  explicit WorkingSet(const dhg::Options& options)
      : runs_(static_cast<std::size_t>(options.integer("runs"))),
        plan_options_{static_cast<std::uint64_t>(options.integer("share")), options.size("gap")},
        record_this_(options.boolean("record")) {}

  void recall(const dhg::SnapshotNotes& notes) override { notes_ = notes.load(); }

  void preload(const dhg::PageSource& source) override {
    const auto pages = source.size() / dhg::kPageSize;
    record_ = dhg_working_set::decode(notes_, pages);
    notes_.clear();
    plan_.emplace(record_, pages, plan_options_);
    recording_ = record_this_ || record_.whole.size() < runs_;
    if (recording_) return;
    // All is asked for before the first is waited for: the disk can then work ahead.
    for (const auto& range : plan_->ranges()) source.will_need(range);
    for (const auto& range : plan_->ranges()) source.read_now(range);
  }

  void attach(GuestMemory& memory) override {
    const auto until = std::chrono::steady_clock::now() + kLoadTime;
    while (install_next(memory) && std::chrono::steady_clock::now() < until) {
    }
  }

  void on_fault(GuestMemory& memory, const dhg::PageFault& fault) override {
    const auto page = page_of(fault.offset);
    faulted_.push_back(page);
    if (!memory.install({fault.offset, dhg::kPageSize}) || recording_) return;
    if (const auto place = plan_->find(page)) {
      follow(memory, *place + 1);
    } else {
      (void)install_clipped(memory, chunks_.around(memory.source(), fault.offset));
    }
  }

  bool on_idle(GuestMemory& memory) override { return install_next(memory); }

  void learn(dhg::SnapshotNotes& notes) override {
    auto trace = without_doubles(faulted_);
    if (recording_) {
      if (trace.empty()) return;
      Record::add(record_.whole, std::move(trace), Record::kMaxWhole);
    } else {
      if (trace.size() < kWorthKeeping) return;
      Record::add(record_.missed, std::move(trace), Record::kMaxMissed);
    }
    notes.keep(encode(record_));
  }

  [[nodiscard]] std::vector<dhg::Figure> figures() const override;

 private:
  // One range of the set. @return whether there is another
  bool install_next(GuestMemory& memory) {
    if (recording_ || next_range_ == plan_->ranges().size()) return false;
    return install_clipped(memory, plan_->ranges()[next_range_++]) &&
           next_range_ != plan_->ranges().size();
  }

  // The run seems to do what an earlier one did: what that one touched next.
  void follow(GuestMemory& memory, std::size_t at) {
    window_ = at <= followed_to_ + 1 && at + window_ >= followed_to_
                  ? std::min(window_ * 2, kLargestWindow)
                  : kLeastWindow;
    const auto next = plan_->follow(at, window_);
    followed_to_ = at + next.size();
    std::vector<PageIndex> pages;
    for (const auto page : next)
      if (!memory.installed(dhg_pages::offset_of(page))) pages.push_back(page);
    std::sort(pages.begin(), pages.end());
    const auto ranges = dhg_pages::coalesce(pages, 0, kLargestWindow);
    for (const auto& range : ranges) memory.source().will_need(range); // before the first wait
    for (const auto& range : ranges)
      if (!install_clipped(memory, range)) return;
  }

  [[nodiscard]] static Trace without_doubles(const Trace& pages) {
    auto sorted = pages;
    std::sort(sorted.begin(), sorted.end());
    if (std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end()) return pages;
    Trace result;
    std::vector<bool> seen(sorted.back() + std::size_t{1});
    for (const auto page : pages) {
      if (!seen[page]) result.push_back(page);
      seen[page] = true;
    }
    return result;
  }

  const std::size_t runs_;
  const dhg_working_set::PlanOptions plan_options_;
  const bool record_this_;

  std::string notes_;
  Record record_;
  std::optional<Plan> plan_;
  bool recording_ = true;
  std::size_t next_range_ = 0;
  Trace faulted_;
  AdaptiveChunk chunks_;
  std::size_t followed_to_ = 0;
  std::size_t window_ = kLeastWindow;
};

std::vector<dhg::Figure> WorkingSet::figures() const {
  if (!plan_) return {};
  const auto set = static_cast<double>(plan_->set_pages());
  std::uint64_t pages = 0; // with the gaps
  for (const auto& range : plan_->ranges()) pages += range.length / dhg::kPageSize;
  const auto copied = static_cast<double>(pages);
  std::vector<dhg::Figure> result{{"recorded_runs", static_cast<double>(record_.whole.size())},
                                  {"set_pages", set},
                                  {"ahead_pages", copied}};
  // How much of the set a run touches: of this run where each of its pages was served
  // on demand, else, as nobody can see what it did not fault on, of the recorded ones.
  double touched = 0;
  const auto count = [&](const Trace& trace) {
    return static_cast<double>(
        std::count_if(trace.begin(), trace.end(), [&](auto page) { return plan_->in_set(page); }));
  };
  const auto faults = static_cast<double>(faulted_.size());
  if (set == 0) return result;
  if (recording_) {
    touched = count(faulted_);
  } else {
    for (const auto& trace : record_.whole) touched += count(trace);
    touched /= static_cast<double>(record_.whole.size());
  }
  const auto all = recording_ ? faults : faults + touched;
  result.push_back({"faults_avoided_share", all == 0 ? 0 : touched / all});
  result.push_back({"copied_in_vain_share", 1 - touched / copied});
  return result;
}

constexpr dhg::Traits kTraits{DHG_TRAIT_LEARNS, 0};

} // namespace

DHG_PLUGIN_WITH_TRAITS(DHG_PAGE_SERVER, WorkingSet, "working-set", "1.0",
                       "Copies ahead what earlier runs of the snapshot touched; the rest on demand",
                       kOptions, kTraits)
