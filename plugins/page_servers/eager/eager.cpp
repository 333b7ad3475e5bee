// eager: all data before the guest runs, by several threads. What is a hole in
// the file is left to the faults, as nothing has to be copied for it.

#include "dhg/page_server.hpp"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace {

// Large enough that an ioctl's own cost vanishes, small enough to share out evenly.
constexpr std::uint64_t kJob = 2UL * 1024 * 1024;

constexpr std::array kOptions{
    dhg_option{"threads", DHG_OPTION_INT, "0", "0", "64", nullptr,
               "number of threads that copy; 0: one per processor of the host"}};

class Eager final : public dhg::PageServer {
 public:
  explicit Eager(const dhg::Options& options)
      : threads_(options.integer("threads") != 0
                     ? static_cast<unsigned>(options.integer("threads"))
                     : std::max(1U, std::thread::hardware_concurrency())) {}

  void attach(dhg::GuestMemory& memory) override {
    const auto jobs = plan(memory);
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
      for (auto i = next.fetch_add(1); i < jobs.size(); i = next.fetch_add(1))
        if (!memory.install(jobs[i])) return;
    };
    std::vector<std::jthread> helpers;
    for (unsigned i = 1; i < threads_; ++i) helpers.emplace_back(work);
    work();
  }

  void on_fault(dhg::GuestMemory& memory, const dhg::PageFault& fault) override {
    (void)memory.install({fault.offset, dhg::kPageSize});
  }

 private:
  [[nodiscard]] static std::vector<dhg::ByteRange> plan(const dhg::GuestMemory& memory) {
    std::vector<dhg::ByteRange> jobs;
    for (const auto& region : memory.regions()) {
      for (const auto& extent : memory.source().data_extents()) {
        const auto data = intersect(extent, region);
        for (std::uint64_t done = 0; done < data.length; done += kJob)
          jobs.push_back({data.offset + done, std::min(kJob, data.length - done)});
      }
    }
    return jobs;
  }

  unsigned threads_;
};

} // namespace

DHG_PLUGIN(DHG_PAGE_SERVER, Eager, "eager", "1.0",
           "Copies all data of the snapshot, in parallel, before the guest runs", kOptions)
