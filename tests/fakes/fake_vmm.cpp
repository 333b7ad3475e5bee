// A VMM without a virtual machine: maps guest memory, hands it over as
// Firecracker does, and touches it as it is told to.
//
//     dhg_fake_vmm uffd|private OFFSET:LENGTH... [+OFFSET:LENGTH...]
//
// Ranges with a + are written before the memory is handed over.

#include "fake_vmm_protocol.hpp"

#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <atomic>
#include <barrier>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace dhg::fakes;

constexpr std::uint64_t kPage = 4096;

[[noreturn]] void die(const char* what) {
  std::fprintf(stderr, "fake VMM: %s: %s\n", what, std::strerror(errno));
  std::_Exit(3);
}

struct Region {
  std::uint64_t offset;
  std::uint64_t length;
  char* address;
};

std::vector<Region> regions;
char* report = nullptr;
const char* memory_file = nullptr;

char* at(std::uint64_t offset) {
  for (const auto& region : regions)
    if (offset >= region.offset && offset - region.offset < region.length)
      return region.address + (offset - region.offset);
  die("a command names an offset outside of guest memory");
}

std::uint64_t first_word(std::uint64_t offset) {
  std::uint64_t value = 0;
  std::memcpy(&value, at(offset), sizeof value);
  return value;
}

void map_region(Region& region, bool from_file) {
  void* address =
      mmap(nullptr, region.length, PROT_READ | PROT_WRITE,
           MAP_PRIVATE | MAP_NORESERVE | (from_file ? 0 : MAP_ANONYMOUS),
           from_file ? +kMemoryFd : -1, from_file ? static_cast<off_t>(region.offset) : 0);
  if (address == MAP_FAILED) die("mmap");
  region.address = static_cast<char*>(address);
}

int register_all() {
  const int fd = static_cast<int>(syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK));
  if (fd < 0) die("userfaultfd");
  uffdio_api api{};
  api.api = UFFD_API;
  // With one region like QEMU with the handoff library, with more like Firecracker.
  api.features = UFFD_FEATURE_EVENT_REMOVE | (regions.size() == 1 ? UFFD_FEATURE_THREAD_ID : 0);
  if (ioctl(fd, UFFDIO_API, &api) != 0) die("UFFDIO_API");
  for (const auto& region : regions) {
    uffdio_register range{};
    range.range = {reinterpret_cast<std::uint64_t>(region.address), region.length};
    range.mode = UFFDIO_REGISTER_MODE_MISSING;
    if (ioctl(fd, UFFDIO_REGISTER, &range) != 0) die("UFFDIO_REGISTER");
  }
  return fd;
}

void send_handshake(int userfaultfd) {
  std::string text = "[";
  for (const auto& region : regions) {
    if (text.size() > 1) text += ',';
    text += "{\"base_host_virt_addr\":" +
            std::to_string(reinterpret_cast<std::uint64_t>(region.address)) +
            ",\"size\":" + std::to_string(region.length) +
            ",\"offset\":" + std::to_string(region.offset) +
            ",\"page_size\":4096,\"page_size_kib\":4096}";
  }
  text += ']';
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  iovec data{text.data(), text.size()};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  if (userfaultfd >= 0) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    auto* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &userfaultfd, sizeof userfaultfd);
  }
  if (sendmsg(kHandshakeFd, &message, MSG_NOSIGNAL) != static_cast<ssize_t>(text.size()))
    die("cannot send the handshake");
}

std::vector<std::uint64_t> pages_of(const Command& command) {
  std::vector<std::uint64_t> pages(command.length / kPage);
  for (std::size_t i = 0; i < pages.size(); ++i) pages[i] = command.offset + i * kPage;
  if (command.order == Order::reverse) std::reverse(pages.begin(), pages.end());
  if (command.order == Order::random)
    std::shuffle(pages.begin(), pages.end(), std::mt19937(command.seed));
  return pages;
}

Reply read_pages(const Command& command) {
  const auto pages = pages_of(command);
  std::vector<std::thread> threads;
  std::atomic<std::size_t> next{0};
  for (std::uint32_t i = 0; i < command.threads; ++i) {
    threads.emplace_back([&] {
      for (auto n = next.fetch_add(1); n < pages.size(); n = next.fetch_add(1))
        std::memcpy(report + pages[n], at(pages[n]), kPage);
    });
  }
  for (auto& thread : threads) thread.join();
  return {pages.size(), 0};
}

Reply write_pages(const Command& command) {
  const auto pages = pages_of(command);
  const std::uint64_t value = command.seed;
  for (const auto page : pages) std::memcpy(at(page), &value, sizeof value);
  return {pages.size(), 0};
}

Reply touch_together(const Command& command) {
  const auto pages = pages_of(command);
  std::barrier line(static_cast<std::ptrdiff_t>(command.threads));
  std::atomic<std::uint64_t> wrong{0};
  std::vector<std::thread> threads;
  for (std::uint32_t i = 0; i < command.threads; ++i) {
    threads.emplace_back([&] {
      for (const auto page : pages) {
        line.arrive_and_wait();
        if (std::memcmp(at(page), memory_file + page, kPage) != 0) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  return {pages.size(), wrong};
}

// A page that was removed before it was read must be zero; else it may also be as
// in the file.
Reply storm(const Command& command) {
  const auto pages = pages_of(command);
  std::vector<std::atomic<bool>> removed(pages.size());
  std::atomic<bool> over{false};
  std::atomic<std::uint64_t> wrong{0};
  std::vector<std::thread> readers;
  for (std::uint32_t i = 0; i < command.threads; ++i) {
    readers.emplace_back([&, i] {
      std::mt19937 random(command.seed + i);
      std::vector<std::size_t> order(pages.size());
      std::iota(order.begin(), order.end(), 0);
      while (!over) {
        std::shuffle(order.begin(), order.end(), random);
        for (const auto n : order) {
          const bool must_be_zero = removed[n];
          const auto value = first_word(pages[n]);
          std::uint64_t expected = 0;
          std::memcpy(&expected, memory_file + pages[n], sizeof expected);
          if (value != 0 && (must_be_zero || value != expected)) ++wrong;
        }
      }
    });
  }
  std::mt19937 random(command.seed);
  for (int round = 0; round < 400; ++round) {
    const auto count = 1 + random() % std::min<std::size_t>(8, pages.size());
    const auto first = random() % (pages.size() - count + 1);
    if (madvise(at(command.offset + first * kPage), count * kPage, MADV_DONTNEED) != 0)
      die("madvise");
    for (auto n = first; n < first + count; ++n) removed[n] = true;
  }
  over = true;
  for (auto& reader : readers) reader.join();
  return {pages.size(), wrong};
}

// A thread of begin_removal that reads one page.
struct Reader {
  std::uint64_t seen = 0;
  std::atomic<bool> done = false;
  bool began_after = false; ///< the removal was complete
  bool had_to_wait = true;
};

// Threads of begin_removal, until end_removal.
struct Removal {
  Command command;
  std::atomic<bool> complete = false;
  std::deque<Reader> readers;
  std::deque<std::atomic<pid_t>> ids;
  std::vector<std::thread> threads;
};
std::unique_ptr<Removal> removal;

// Whether the thread waits in the kernel, or has ended.
bool waits(pid_t thread) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/self/task/%d/stat", thread);
  std::FILE* file = std::fopen(path, "re");
  if (file == nullptr) return true;
  char state = 'R';
  if (std::fscanf(file, "%*d (%*[^)]) %c", &state) != 1) state = 'R';
  std::fclose(file);
  return state != 'R';
}

template <class Action>
void start(Removal& all, Action action) {
  auto& id = all.ids.emplace_back(0);
  all.threads.emplace_back([&id, action] {
    id = gettid();
    action();
  });
}

void await_rest(const Removal& all) {
  for (int looks = 0; looks < 3;) {
    const bool rest = std::all_of(all.ids.begin(), all.ids.end(),
                                  [](const auto& id) { return id != 0 && waits(id); });
    looks = rest ? looks + 1 : 0;
    usleep(1000);
  }
}

Reply begin_removal(const Command& command) {
  removal = std::make_unique<Removal>();
  auto& all = *removal;
  all.command = command;
  const auto remove = [&all] {
    if (madvise(at(all.command.offset), all.command.length, MADV_DONTNEED) != 0) die("madvise");
    all.complete = true;
  };
  if (command.seed == 1) {
    start(all, remove);
    await_rest(all);
  }
  for (std::uint32_t i = 0; i < command.threads; ++i) {
    auto& reader = all.readers.emplace_back();
    start(all, [&all, &reader, page = command.offset + i * kPage] {
      reader.began_after = all.complete;
      reader.seen = first_word(page);
      reader.done = true;
    });
  }
  await_rest(all);
  if (command.seed == 0) {
    start(all, remove);
    await_rest(all);
  }
  // Who is done by now found the page there: the page server was free to install it before.
  for (auto& reader : all.readers) reader.had_to_wait = !reader.done;
  return {};
}

Reply end_removal() {
  for (auto& thread : removal->threads) thread.join();
  Reply reply;
  const auto& command = removal->command;
  for (std::size_t i = 0; i < removal->readers.size(); ++i) {
    const auto& reader = removal->readers[i];
    std::uint64_t in_file = 0;
    std::memcpy(&in_file, memory_file + command.offset + i * kPage, sizeof in_file);
    const bool may_be_old = !reader.had_to_wait && !reader.began_after;
    if (reader.seen != 0 && !(may_be_old && reader.seen == in_file)) ++reply.wrong;
    if (reader.had_to_wait) ++reply.pages;
  }
  for (const auto page : pages_of(command)) reply.wrong += first_word(page) != 0 ? 1 : 0;
  removal.reset();
  return reply;
}

Reply map_over(const Command& command) {
  const auto address = at(command.offset);
  if (mmap(address, command.length, PROT_READ | PROT_WRITE,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0) != address)
    die("mmap over guest memory");
  return {command.length / kPage, 0};
}

// What a page of churn must hold: what was done to it last, by its only owner.
struct Owned {
  std::uint64_t page;
  enum class Holds { file, zeros, mark } holds = Holds::file;
  std::uint64_t mark = 0; ///< in its first 8 bytes; the rest is as it was
  bool rest_is_zero = false;
};

bool as_expected(const Owned& owned) {
  const char* memory = at(owned.page);
  const char* file = memory_file + owned.page;
  std::uint64_t first = 0;
  std::memcpy(&first, memory, sizeof first);
  std::uint64_t expected = 0;
  if (owned.holds == Owned::Holds::file) std::memcpy(&expected, file, sizeof expected);
  if (owned.holds == Owned::Holds::mark) expected = owned.mark;
  static constexpr std::array<char, kPage> zeros{};
  const char* rest = owned.rest_is_zero ? zeros.data() : file;
  return first == expected && std::memcmp(memory + 8, rest + 8, kPage - 8) == 0;
}

// One step of a thread of churn. @return whether a page was as it should be
bool churn_step(std::vector<Owned>& mine, std::mt19937& random, std::uint64_t mark) {
  const auto first = random() % mine.size();
  auto& owned = mine[first];
  switch (random() % 4) {
    case 0: { // give some back
      auto end = first + 1;
      const auto most = std::min(mine.size(), first + 1 + random() % 8);
      while (end < most && mine[end].page == mine[end - 1].page + kPage) ++end;
      if (madvise(at(owned.page), (end - first) * kPage, MADV_DONTNEED) != 0) die("madvise");
      for (auto n = first; n < end; ++n) mine[n] = {mine[n].page, Owned::Holds::zeros, 0, true};
      return true;
    }
    case 1: // write
      owned.holds = Owned::Holds::mark;
      owned.mark = mark;
      std::memcpy(at(owned.page), &mark, sizeof mark);
      return true;
    default:
      return as_expected(owned);
  }
}

// After each round all wait for all: else the fault of another would see to one that was
// forgotten, and nobody would notice.
Reply churn(const Command& command) {
  // Short runs, so that whatever is installed at once is several threads'.
  constexpr std::size_t kRun = 5;
  const auto until =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(command.milliseconds);
  const auto pages = pages_of(command);
  std::atomic<std::uint64_t> steps = 0;
  std::atomic<std::uint64_t> wrong = 0;
  bool over = false;
  std::barrier round(static_cast<std::ptrdiff_t>(command.threads),
                     [&]() noexcept { over = std::chrono::steady_clock::now() >= until; });
  std::vector<std::thread> threads;
  for (std::uint32_t i = 0; i < command.threads; ++i) {
    std::vector<Owned> mine;
    for (std::size_t n = 0; n < pages.size(); ++n)
      if (n / kRun % command.threads == i) mine.push_back({pages[n]});
    threads.emplace_back([&, i, mine = std::move(mine)]() mutable {
      std::mt19937 random(command.seed + i);
      while (!over) {
        for (auto left = 1 + random() % 3; left > 0; --left)
          wrong += churn_step(mine, random, (std::uint64_t{i + 1} << 40) + ++steps) ? 0 : 1;
        round.arrive_and_wait();
      }
      for (const auto& owned : mine) wrong += as_expected(owned) ? 0 : 1;
    });
  }
  for (auto& thread : threads) thread.join();
  return {steps, wrong};
}

Reply carry_out(const Command& command) {
  switch (command.op) {
    case Op::read:
      return read_pages(command);
    case Op::write:
      return write_pages(command);
    case Op::remove:
      if (madvise(at(command.offset), command.length, MADV_DONTNEED) != 0) die("madvise");
      return {command.length / kPage, 0};
    case Op::storm:
      return storm(command);
    case Op::touch_together:
      return touch_together(command);
    case Op::begin_removal:
      return begin_removal(command);
    case Op::end_removal:
      return end_removal();
    case Op::map_over:
      return map_over(command);
    case Op::churn:
      return churn(command);
    case Op::hang:
      for (;;) pause();
    case Op::quit:
      std::_Exit(0);
  }
  die("unknown command");
}

} // namespace

int main(int argc, char** argv) {
  const bool from_file = argc > 1 && std::strcmp(argv[1], "private") == 0;
  for (int i = 2; i < argc; ++i) {
    const bool present = argv[i][0] == '+';
    char* colon = nullptr;
    const auto offset = std::strtoull(argv[i] + (present ? 1 : 0), &colon, 10);
    const auto length = std::strtoull(colon + 1, nullptr, 10);
    if (present) {
      for (std::uint64_t page = 0; page < length; page += kPage)
        std::memcpy(at(offset + page), &kPresentMark, sizeof kPresentMark);
    } else {
      regions.push_back({offset, length, nullptr});
      map_region(regions.back(), from_file);
    }
  }
  struct stat info {};
  if (fstat(kReportFd, &info) != 0) die("fstat");
  const auto size = static_cast<std::size_t>(info.st_size);
  void* shared = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, kReportFd, 0);
  void* file = mmap(nullptr, size, PROT_READ, MAP_SHARED, kMemoryFd, 0);
  if (shared == MAP_FAILED || file == MAP_FAILED) die("mmap");
  report = static_cast<char*>(shared);
  memory_file = static_cast<const char*>(file);

  send_handshake(from_file ? -1 : register_all());
  for (Command command; read(kControlFd, &command, sizeof command) == sizeof command;) {
    const auto reply = carry_out(command);
    if (write(kControlFd, &reply, sizeof reply) != sizeof reply) die("cannot answer");
  }
}
