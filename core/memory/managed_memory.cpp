#include "memory/managed_memory.hpp"

#include "dhg/page_server.hpp"
#include "memory/exception_text.hpp"
#include "memory/fault_log.hpp"
#include "os/userfaultfd.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <sys/mman.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>

namespace dhg::memory {
namespace {

namespace uffd = os::uffd;

// The window in which an event is read but the kernel still says EAGAIN is as
// long as a thread needs to be scheduled; a second of it means that it is stuck.
constexpr int kMaxAttempts = 200'000;

std::string error_text(int error) { return std::generic_category().message(error); }

} // namespace

ManagedMemory::ManagedMemory(const FilePageSource& source, Handoff handoff, std::string server,
                             FaultLog* log)
    : source_(source),
      handoff_(std::move(handoff)),
      server_(std::move(server)),
      log_(log),
      extents_(source.data_extents()),
      installed_(source.size()),
      removed_(source.size()) {
  for (const auto& region : handoff_.regions) regions_.push_back(region.file);
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
  int attempts = 0;
  for (auto offset = range.offset; offset < range.end();) {
    Step step{};
    {
      const std::shared_lock gate(gate_);
      step = install_step(*region, offset, range.end());
    }
    if (step == Step::failed) return false;
    if (step == Step::retry && !make_way(attempts)) return false;
    if (step == Step::advanced) attempts = 0;
  }
  return true;
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

ManagedMemory::Step ManagedMemory::install_step(const HostRegion& region, std::uint64_t& offset,
                                                std::uint64_t end) {
  const int fd = handoff_.userfaultfd.get();
  const auto address = region.address + (offset - region.file.offset);
  if (installed_.test(offset)) {
    const auto present = installed_.run_end(offset, end);
    uffd::wake(fd, address, present - offset);
    offset = present;
    return Step::advanced;
  }
  const auto piece = next_piece(offset, end);
  ByteRange range{offset, piece.end - offset};
  const auto* from = piece.zero ? nullptr : source_.fetch(range);
  if (!piece.zero && from == nullptr) return fail_to_read(offset);
  const auto length = range.length;
  const auto result =
      piece.zero ? uffd::zero(fd, address, length) : uffd::copy(fd, address, from, length);

  switch (result.status) {
    case uffd::Status::done:
    case uffd::Status::partial:
      account({offset, result.bytes}, piece.zero);
      offset += result.bytes;
      return Step::advanced;
    case uffd::Status::exists:
      installed_.set({offset, kPageSize});
      uffd::wake(fd, address, kPageSize);
      offset += kPageSize;
      return Step::advanced;
    case uffd::Status::again:
      return Step::retry;
    case uffd::Status::gone:
      ended_.store(true, std::memory_order_release);
      break;
    case uffd::Status::failed:
      if (result.error == EFAULT && !piece.zero) return fail_to_read(offset);
      fail(fmt::format("the kernel refused to fill {} bytes of guest memory at offset {}: {}",
                       length, offset, error_text(result.error)));
      break;
  }
  return Step::failed;
}

ManagedMemory::Step ManagedMemory::fail_to_read(std::uint64_t offset) noexcept {
  fail(
      fmt::format("the snapshot's memory file cannot be read at offset {} "
                  "(cut short, damaged, or an I/O error)",
                  offset));
  return Step::failed;
}

void ManagedMemory::account(ByteRange range, bool zero) noexcept {
  installed_.set(range);
  (zero ? zeroed_ : copied_).fetch_add(range.length, std::memory_order_relaxed);
}

bool ManagedMemory::make_way(int& attempts) noexcept {
  if (!read_messages()) return false;
  if (++attempts < kMaxAttempts) {
    sched_yield();
    return true;
  }
  fail("the kernel kept refusing to fill guest memory (EAGAIN without end)");
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
      fail("the VMM forked, which no VMM does");
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
  ++removals_;
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
    faults_.push_back({{region.file.offset + (page - region.address),
                        (fault.flags & UFFD_PAGEFAULT_FLAG_WRITE) != 0},
                       static_cast<pid_t>(fault.feat.ptid)});
    return true;
  }
  fail(fmt::format("a fault at {:#x} lies outside the guest's memory", fault.address));
  return false;
}

bool ManagedMemory::take_fault(ReadFault& fault) noexcept {
  const std::unique_lock gate(gate_);
  if (faults_.empty()) return false;
  fault = faults_.front();
  faults_.pop_front();
  return true;
}

bool ManagedMemory::serve(PageServer& server, const PageFault& fault) {
  const FaultLog::Scope logged(log_, *this, FaultLog::Kind::fault, fault);
  const auto removals_seen = [this] {
    const std::shared_lock gate(gate_);
    return removals_;
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
  if (recording_) recording_->push_back({fault, std::chrono::steady_clock::now()});
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
