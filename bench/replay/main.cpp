// Replays a recorded run's faults against page servers, on real userfaultfd memory
// and without a VM: this process faults, another one serves.
//
//     dhg_replay RECORDING MEMORY_FILE ROUNDS HANDLER...
//
// RECORDING is what `dhg exec --set page_server.record=FILE` wrote, MEMORY_FILE the
// snapshot's memory. HANDLER: a page server's name or path, "foreign:PROGRAM" for any
// program that is started as PROGRAM SOCKET MEMORY_FILE and takes Firecracker's
// handshake on SOCKET, "pinned:" in front to keep it and the fault on one processor.
// The first is what the others are compared to, within each round; "eager" is compared
// to the fastest parallel copy too.

#include "copy_limit.hpp"
#include "dhg/error.hpp"
#include "guest.hpp"
#include "handler.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>

namespace {

using namespace dhg;
using namespace dhg::bench;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1,
                         static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

std::string quartiles(const std::vector<double>& values, int digits) {
  return fmt::format("{:.{}f} [{:.{}f}, {:.{}f}]", quantile(values, 0.5), digits,
                     quantile(values, 0.25), digits, quantile(values, 0.75), digits);
}

struct Series {
  std::vector<double> attach_ms, median_us, p99_us, pages_per_second, cpu_ms, rss_mib;
};

void pin(pid_t process) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(0, &one);
  sched_setaffinity(process, sizeof one, &one);
}

void run_once(std::string spec, const fs::path& memory, const fs::path& folder,
              const std::vector<Access>& accesses, Series& series) {
  constexpr std::string_view kPinned = "pinned:";
  const bool pinned = spec.starts_with(kPinned);
  if (pinned) spec.erase(0, kPinned.size());
  cpu_set_t all;
  sched_getaffinity(0, sizeof all, &all);
  fs::create_directories(folder);
  const GuestMemoryStandIn guest(fs::file_size(memory));
  Handler handler(spec, memory, folder);
  if (pinned) {
    pin(0);
    pin(handler.pid());
  }
  const auto milliseconds = [](Clock::duration span) {
    return std::chrono::duration<double, std::milli>(span).count();
  };
  const auto begin = Clock::now();
  guest.hand_over(handler.socket());
  handler.await_attached();
  series.attach_ms.push_back(milliseconds(Clock::now() - begin));
  const auto times = guest.touch(accesses);
  const auto all_ms = milliseconds(Clock::now() - begin);
  const auto use = handler.end();
  sched_setaffinity(0, sizeof all, &all);
  series.median_us.push_back(quantile(times, 0.5) / 1e3);
  series.p99_us.push_back(quantile(times, 0.99) / 1e3);
  series.pages_per_second.push_back(static_cast<double>(times.size()) / all_ms * 1e3);
  series.cpu_ms.push_back(use.cpu_seconds * 1e3);
  series.rss_mib.push_back(static_cast<double>(use.max_rss_kib) / 1024);
}

std::vector<double> ratios(const std::vector<double>& of, const std::vector<double>& to) {
  std::vector<double> result(of.size());
  std::transform(of.begin(), of.end(), to.begin(), result.begin(), std::divides<>());
  return result;
}

int replay(int argc, char** argv) {
  if (argc < 5)
    throw Error(Blame::usage, "usage: dhg_replay RECORDING MEMORY_FILE ROUNDS HANDLER...");
  const auto accesses = read_recording(argv[1]);
  const fs::path memory = fs::absolute(argv[2]);
  const int rounds = std::max(1, std::atoi(argv[3]));
  std::vector<std::string> names(argv + 4, argv + argc);
  auto pattern = (fs::temp_directory_path() / "dhg-replay-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw system_error(errno, "cannot make a folder");
  const fs::path folder = pattern;

  std::map<std::string, Series> all;
  std::vector<double> limit_ms;
  std::mt19937 random(1);
  auto order = names;
  constexpr int kWarmUp = 2; // page cache, and what learns has learnt
  for (int round = -kWarmUp; round < rounds; ++round) {
    std::shuffle(order.begin(), order.end(), random);
    for (const auto& name : order) {
      Series ignored;
      run_once(name, memory, folder / std::to_string(std::hash<std::string>{}(name)), accesses,
               round < 0 ? ignored : all[name]);
    }
    if (const auto seconds = parallel_copy_seconds(memory); round >= 0)
      limit_ms.push_back(seconds * 1e3);
  }
  fs::remove_all(folder);

  fmt::print("{} accesses, {} rounds; median [quartiles] over rounds\n\n", accesses.size(), rounds);
  fmt::print(
      "| handler | attach ms | median us | ratio | p99 us | pages/s | ratio | CPU ms |\n"
      "|---|---|---|---|---|---|---|---|\n");
  const auto& base = all[names.front()];
  for (const auto& name : names) {
    const auto& s = all[name];
    const auto shown =
        name.substr(name.find_last_of('/') == std::string::npos ? 0 : name.find_last_of('/') + 1);
    fmt::print("| {}{} | {:.1f} | {:.2f} | {} | {:.1f} | {:.0f} | {} | {:.1f} |\n",
               name.starts_with("pinned:") && shown != name ? "pinned:" : "", shown,
               quantile(s.attach_ms, 0.5), quantile(s.median_us, 0.5),
               quartiles(ratios(s.median_us, base.median_us), 3), quantile(s.p99_us, 0.5),
               quantile(s.pages_per_second, 0.5),
               quartiles(ratios(s.pages_per_second, base.pages_per_second), 2),
               quantile(s.cpu_ms, 0.5));
  }
  fmt::print("\nparallel copy of all data: {} ms", quartiles(limit_ms, 1));
  if (const auto eager = all.find("eager"); eager != all.end())
    fmt::print("; eager's attach reaches {} of that speed",
               quartiles(ratios(limit_ms, eager->second.attach_ms), 2));
  fmt::print("\n");
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  try {
    return replay(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "dhg_replay: {}\n", error.what());
    return 1;
  }
}
