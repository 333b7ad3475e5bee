#include "os/crash.hpp"

#include <execinfo.h>
#include <link.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <array>
#include <atomic>
#include <csignal>
#include <cstring>
#include <string>

namespace dhg::os {
namespace {

constexpr std::size_t kStackBytes = 64UL * 1024;

void (*crash_handler)(int) noexcept = nullptr;
int crash_status = 0;
std::atomic<pid_t> process{0};
std::atomic<long> crashing{0}; // the thread

void handle_crash(int number) {
  const long self = syscall(SYS_gettid);
  long none = 0;
  if (crashing.compare_exchange_strong(none, self))
    crash_handler(number);
  else if (none != self)
    for (;;) pause(); // until the first has said what there is to say
  end_process(crash_status);
}

struct Search {
  std::string path;
  LibraryRange found;
};

int look_at(dl_phdr_info* info, std::size_t /*size*/, void* argument) {
  auto& search = *static_cast<Search*>(argument);
  if (search.path != info->dlpi_name) return 0;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& part = info->dlpi_phdr[i];
    if (part.p_type != PT_LOAD) continue;
    const auto begin = static_cast<std::uintptr_t>(info->dlpi_addr + part.p_vaddr);
    const auto end = begin + static_cast<std::uintptr_t>(part.p_memsz);
    if (search.found.end == 0 || begin < search.found.begin) search.found.begin = begin;
    if (end > search.found.end) search.found.end = end;
  }
  return 1;
}

} // namespace

void on_crash(void (*handler)(int) noexcept, int status) {
  static std::array<std::byte, kStackBytes> stack;
  crash_handler = handler;
  crash_status = status;
  process = getpid();
  // What it loads when it is first called cannot be loaded by a process that crashes.
  std::array<void*, 1> first{};
  (void)backtrace(first.data(), 1);
  stack_t own{};
  own.ss_sp = stack.data();
  own.ss_size = stack.size();
  sigaltstack(&own, nullptr);
  struct sigaction action {};
  action.sa_handler = handle_crash;
  action.sa_flags = SA_ONSTACK | SA_NODEFER;
  for (const int number : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT})
    sigaction(number, &action, nullptr);
}

std::size_t stack_addresses(std::span<void*> into) noexcept {
  const int count = backtrace(into.data(), static_cast<int>(into.size()));
  return count > 0 ? static_cast<std::size_t>(count) : 0;
}

LibraryRange range_of(const std::filesystem::path& library) {
  Search search{library.string(), {}};
  dl_iterate_phdr(look_at, &search);
  return search.found;
}

void write_last_words(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto written = write(STDERR_FILENO, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void end_process(int status) noexcept {
  for (;;) syscall(SYS_exit_group, status);
}

bool is_own_process() noexcept { return getpid() == process; }

} // namespace dhg::os
