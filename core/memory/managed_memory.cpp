#include "memory/managed_memory.hpp"

#include "dhg/page_server.hpp"
#include "memory/exception_text.hpp"
#include "memory/fault_log.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <shared_mutex>
#include <system_error>
#include <thread>

namespace dhg::memory {
namespace {

namespace uffd = os::uffd;

using std::chrono::steady_clock;

// The window in which an event is read but the kernel still says EAGAIN is as
// long as a thread of the VMM needs to be scheduled; so long means that it is stuck.
constexpr auto kRefusalLimit = std::chrono::seconds(5);
// Others' faults are read only between two ioctls: half a millisecond of copying.
constexpr std::uint64_t kLongestFill = 2UL * 1024 * 1024;

class Counted {
 public:
  explicit Counted(std::atomic<int>& count) noexcept : count_(count) { ++count_; }
  ~Counted() { --count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  std::atomic<int>& count_;
};

std::string error_text(int error) { return std::generic_category().message(error); }

} // namespace

ManagedMemory::ManagedMemory(const FilePageSource& source, Handoff handoff, std::string server,
                             os::EventFd& news, FaultLog* log)
    : source_(source),
      handoff_(std::move(handoff)),
      server_(std::move(server)),
      news_(news),
      log_(log),
      extents_(source.data_extents()),
      installed_(source.size()),
      removed_(source.size()) {
  for (const auto& region : handoff_.regions) regions_.push_back(region.file);
}

std::string ManagedMemory::why_not_fillable() const {
  for (const auto& region : handoff_.regions)
    if (!uffd::is_registered(handoff_.userfaultfd.get(), region.address))
      return fmt::format(
          "the VMM's memory handshake is not valid: its region at {:#x} is not "
          "registered with the userfaultfd that came with it",
          region.address);
  return {};
}

bool ManagedMemory::installed(std::uint64_t offset) const noexcept {
  return offset < source_.size() && installed_.test(offset);
}

const HostRegion* ManagedMemory::region_of(ByteRange range) const noexcept {
  for (const auto& region : handoff_.regions)
    if (region.file.contains(range.offset) && range.length <= region.file.end() - range.offset)
      return &region;
  return nullptr;
}

bool ManagedMemory::install(ByteRange range) noexcept {
  const auto* region = region_of(range);
  if (region == nullptr || range.length == 0 || (range.offset | range.length) % kPageSize != 0) {
    fail(
        fmt::format("page server '{}' asked for bytes {}+{}, which is not a range of whole pages "
                    "in one region",
                    server_, range.offset, range.length));
    return false;
  }
  // Before the look whether it is over: close() waits for whoever was here first.
  const Counted counted(installing_);
  if (ended_.load()) return false;
  Progress progress{range.offset, range.end(), kLongestFill, std::nullopt};
  while (progress.offset < progress.end)
    if (!install_next(*region, progress)) return false;
  return true;
}

void ManagedMemory::close() noexcept {
  constexpr auto kMoment = std::chrono::microseconds(50);
  ended_.store(true);
  news_.set();
  while (installing_.load() != 0) std::this_thread::sleep_for(kMoment);
}

// From `offset` on, as far as one ioctl can go.
ManagedMemory::Piece ManagedMemory::next_piece(std::uint64_t offset, std::uint64_t end) const {
  end = installed_.run_end(offset, end);
  end = removed_.run_end(offset, end);
  if (removed_.test(offset)) return {end, true};
  const auto* extent = find_extent(extents_, offset);
  if (extent == nullptr) return {end, true};
  if (extent->offset > offset) return {std::min(end, extent->offset), true};
  return {std::min(end, extent->end()), false};
}

// Reads without the gate, for that may take as long as a disk takes.
bool ManagedMemory::install_next(const HostRegion& region, Progress& progress) {
  const int fd = handoff_.userfaultfd.get();
  const auto offset = progress.offset;
  const auto address = region.address + (offset - region.file.offset);
  if (installed_.test(offset)) {
    progress.offset = installed_.run_end(offset, progress.end);
    uffd::wake(fd, address, progress.offset - offset);
    return true;
  }
  const auto removals = removals_.load(std::memory_order_acquire);
  const auto piece = next_piece(offset, std::min(progress.end, offset + progress.longest));
  ByteRange range{offset, piece.end - offset};
  const auto* from = piece.zero ? nullptr : source_.fetch(range);
  if (!piece.zero && from == nullptr) return fail_to_read(offset);

  auto result = fill(address, range, from, removals);
  for (; result.status == uffd::Status::again; result = fill(address, range, from, removals))
    if (!make_way(progress)) return false;
  progress.refused_since.reset();
  switch (result.status) {
    case uffd::Status::done:
    case uffd::Status::partial:
      progress.offset += result.bytes;
      progress.longest = std::min(2 * progress.longest, kLongestFill);
      return true;
    case uffd::Status::exists:
      uffd::wake(fd, address, kPageSize);
      progress.offset += kPageSize;
      return true;
    case uffd::Status::absent:
      note_absent(region, progress, range.length);
      return true;
    case uffd::Status::gone:
      ended_.store(true, std::memory_order_release);
      news_.set();
      return false;
    case uffd::Status::again:
    case uffd::Status::failed:
      break;
  }
  if (result.error == EFAULT && from != nullptr) return fail_to_read(offset);
  fail(fmt::format("the kernel refused to fill {} bytes of guest memory at offset {}: {}",
                   range.length, offset, error_text(result.error)));
  return false;
}

// One ioctl for `range`, cut to what it can do at once; `from` is what was to be copied
// there (null: zeros) when `removals` was read.
uffd::Result ManagedMemory::fill(std::uint64_t address, ByteRange& range, const std::byte* from,
                                 std::uint64_t removals) {
  const int fd = handoff_.userfaultfd.get();
  const std::shared_lock gate(gate_);
  bool zero = from == nullptr;
  if (removals_.load(std::memory_order_relaxed) != removals) {
    if (installed_.test(range.offset)) return {uffd::Status::exists, 0, EEXIST};
    const auto piece = next_piece(range.offset, range.end());
    range.length = piece.end - range.offset;
    zero = piece.zero;
  }
  const auto result =
      zero ? uffd::zero(fd, address, range.length) : uffd::copy(fd, address, from, range.length);
  if (result.status == uffd::Status::done || result.status == uffd::Status::partial)
    account({range.offset, result.bytes}, zero);
  if (result.status == uffd::Status::exists) installed_.set({range.offset, kPageSize});
  return result;
}

// The kernel fills only what is one registered mapping, so where some of `length` bytes are
// not, or where there are two mappings, less may do.
void ManagedMemory::note_absent(const HostRegion& region, Progress& progress,
                                std::uint64_t length) noexcept {
  progress.longest = std::max(length / 2 / kPageSize * kPageSize, kPageSize);
  if (length > kPageSize) return;
  const ByteRange page{progress.offset, kPageSize};
  {
    const std::shared_lock gate(gate_);
    // Zero, should it ever be ours again: nothing of the snapshot is there any more.
    if (!removed_.test(page.offset)) taken_back_.fetch_add(page.length, std::memory_order_relaxed);
    removed_.set(page);
    installed_.set(page);
  }
  uffd::wake(handoff_.userfaultfd.get(), region.address + (page.offset - region.file.offset),
             page.length);
  progress.offset = page.end();
}

bool ManagedMemory::fail_to_read(std::uint64_t offset) noexcept {
  fail(
      fmt::format("the snapshot's memory file cannot be read at offset {} "
                  "(cut short, damaged, or an I/O error)",
                  offset));
  return false;
}

void ManagedMemory::account(ByteRange range, bool zero) noexcept {
  installed_.set(range);
  (zero ? zeroed_ : copied_).fetch_add(range.length, std::memory_order_relaxed);
}

// Here faults are read by whoever installs, and perhaps while the fault loop sleeps.
bool ManagedMemory::make_way(Progress& progress) noexcept {
  const bool go_on = read_messages();
  if (fault_waits()) news_.set();
  if (!go_on) return false;
  const auto now = steady_clock::now();
  if (!progress.refused_since) progress.refused_since = now;
  if (now - *progress.refused_since < kRefusalLimit) {
    std::this_thread::yield();
    return true;
  }
  fail("the kernel kept refusing to fill guest memory (endless EAGAIN)");
  return false;
}

bool ManagedMemory::read_messages() noexcept {
  std::array<uffd_msg, 32> messages;
  const std::unique_lock gate(gate_);
  for (;;) {
    const int count = uffd::read_events(handoff_.userfaultfd.get(), messages);
    if (count < 0) {
      fail(fmt::format("cannot read from the userfaultfd: {}", error_text(errno)));
      return false;
    }
    for (int i = 0; i < count; ++i)
      if (!note(messages[static_cast<std::size_t>(i)])) return false;
    if (count < static_cast<int>(messages.size())) return true;
  }
}

bool ManagedMemory::note(const uffd_msg& message) noexcept {
  switch (message.event) {
    case UFFD_EVENT_PAGEFAULT:
      return note_fault(message);
    case UFFD_EVENT_REMOVE:
    case UFFD_EVENT_UNMAP:
      note_removed(message.arg.remove.start, message.arg.remove.end);
      return true;
    case UFFD_EVENT_FORK: {
      const UniqueFd copy(static_cast<int>(message.arg.fork.ufd));
      fail("the VMM forked, which is not supported");
      return false;
    }
    default:
      fail(fmt::format("unexpected userfaultfd event {:#x}", message.event));
      return false;
  }
}

void ManagedMemory::note_removed(std::uint64_t start, std::uint64_t end) noexcept {
  for (const auto& region : handoff_.regions) {
    const auto part = intersect({start, end - start}, {region.address, region.file.length});
    if (part.length == 0) continue;
    const ByteRange range{region.file.offset + (part.offset - region.address), part.length};
    removed_.set(range);
    installed_.clear(range);
    taken_back_.fetch_add(range.length, std::memory_order_relaxed);
  }
  removals_.fetch_add(1, std::memory_order_release);
}

bool ManagedMemory::note_fault(const uffd_msg& message) noexcept {
  const auto& fault = message.arg.pagefault;
  if ((fault.flags & (UFFD_PAGEFAULT_FLAG_WP | UFFD_PAGEFAULT_FLAG_MINOR)) != 0) {
    fail("a write-protect or minor fault arrived; only missing pages are served");
    return false;
  }
  const auto page = fault.address / kPageSize * kPageSize;
  for (const auto& region : handoff_.regions) {
    if (!ByteRange{region.address, region.file.length}.contains(page)) continue;
    const std::lock_guard lock(faults_mutex_);
    faults_.push_back({{region.file.offset + (page - region.address),
                        (fault.flags & UFFD_PAGEFAULT_FLAG_WRITE) != 0},
                       static_cast<pid_t>(fault.feat.ptid)});
    return true;
  }
  fail(fmt::format("a fault at {:#x} lies outside the guest's memory", fault.address));
  return false;
}

bool ManagedMemory::take_fault(ReadFault& fault) noexcept {
  const std::lock_guard lock(faults_mutex_);
  if (faults_.empty()) return false;
  fault = faults_.front();
  faults_.pop_front();
  return true;
}

bool ManagedMemory::fault_waits() noexcept {
  const std::lock_guard lock(faults_mutex_);
  return !faults_.empty();
}

bool ManagedMemory::serve(PageServer& server, const PageFault& fault) {
  const FaultLog::Scope logged(log_, *this, FaultLog::Kind::fault, fault);
  const auto removals_seen = [this] {
    const std::shared_lock gate(gate_);
    return removals_.load(std::memory_order_relaxed);
  };
  for (;;) {
    const auto before = removals_seen();
    // A fault is the proof that the page was missing, whatever was found before.
    installed_.clear({fault.offset, kPageSize});
    try {
      server.on_fault(*this, fault);
    } catch (...) {
      fail(fmt::format("page server '{}' failed on the page at offset {}: {}", server_,
                       fault.offset, current_exception_text()));
    }
    if (ended()) return false;
    if (installed_.test(fault.offset)) break;
    // Taken away again while it was served: once more, now with zeros.
    if (removals_seen() != before) continue;
    fail(fmt::format("page server '{}' returned without installing the page at offset {}", server_,
                     fault.offset));
    return false;
  }
  served_.fetch_add(1, std::memory_order_relaxed);
  if (recording_) recording_->push_back({fault, steady_clock::now()});
  return true;
}

bool ManagedMemory::work_ahead(PageServer& server) {
  const FaultLog::Scope logged(log_, *this, FaultLog::Kind::background, {});
  try {
    return server.on_idle(*this);
  } catch (...) {
    fail(fmt::format("page server '{}' failed in the background: {}", server_,
                     current_exception_text()));
    return false;
  }
}

void ManagedMemory::fail(const std::string& reason) noexcept {
  const std::lock_guard lock(failure_mutex_);
  if (failure_.empty()) failure_ = reason;
  ended_.store(true, std::memory_order_release);
  news_.set();
}

std::string ManagedMemory::failure() const {
  const std::lock_guard lock(failure_mutex_);
  return failure_;
}

MemoryStats ManagedMemory::stats() const noexcept {
  return {served_.load(std::memory_order_relaxed), copied_.load(std::memory_order_relaxed),
          zeroed_.load(std::memory_order_relaxed), taken_back_.load(std::memory_order_relaxed)};
}

} // namespace dhg::memory
