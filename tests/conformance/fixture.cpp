#include "fixture.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <algorithm>
#include <cstring>

namespace dhg::conformance {

using namespace std::chrono_literals;
using fakes::Command;
using fakes::Op;

bool readable_within(int fd, std::chrono::milliseconds span) {
  pollfd wait{fd, POLLIN, 0};
  return poll(&wait, 1, static_cast<int>(span.count())) == 1;
}

Layout one_region() {
  const std::uint64_t size = 5 * kMiB + 12 * kKiB;
  return {"one region",
          size,
          {{0, 64 * kKiB},
           {80 * kKiB, 4 * kKiB},
           {2 * kMiB - 8 * kKiB, 16 * kKiB},
           {3 * kMiB + 4 * kKiB, kMiB},
           {size - 4 * kKiB, 4 * kKiB}},
          {{0, size}}};
}

Layout several_regions() {
  return {
      "several regions",
      7 * kMiB,
      {{0, kMiB}, {2 * kMiB - 64 * kKiB, 128 * kKiB}, {5 * kMiB, 2 * kMiB}},
      {{0, 512 * kKiB + 4 * kKiB}, {2 * kMiB - 32 * kKiB, kMiB + 36 * kKiB}, {4 * kMiB, 3 * kMiB}}};
}

Layout full_region(std::uint64_t size) { return {"full region", size, {{0, size}}, {{0, size}}}; }

memory::CallLimits within_seconds() { return {4s, 4s}; }

const char* in_words(fakes::Order order) {
  switch (order) {
    case fakes::Order::sequential:
      return "from its beginning";
    case fakes::Order::reverse:
      return "from its end";
    case fakes::Order::random:
      return "here and there";
  }
  return "";
}

Served::Served(const Layout& layout, std::shared_ptr<PageServer> server, std::string name,
               memory::CallLimits limits, const std::vector<ByteRange>& present,
               SnapshotNotes* notes)
    : layout_(layout),
      file_(layout.size, layout.data),
      source_(file_.path()),
      vm_(file_.path(), server->backing(), layout.regions, present),
      session_(std::make_unique<memory::MemorySession>(source_, std::move(server), std::move(name),
                                                       timeline_, supervisor_, limits, notes)) {
  session_->vmm_started(vm_.take_handoff(), vm_.process_fd(), deadline_in(5s));
}

Served::~Served() {
  const auto reason = session_ ? failure() : "";
  if (bad_findings() > bad_findings_before_ && !reason.empty()) WARN("why     " << reason);
  vm_.kill();
}

memory::Lesson Served::finish() {
  vm_.kill();
  return session_->finish();
}

bool Served::attach() {
  return readable_within(session_->attached_fd(), 10s) && session_->failure().empty();
}

bool Served::vmm_dies() { return readable_within(vm_.process_fd(), 1s); }

std::string Served::compare(ByteRange range, const std::vector<std::byte>& expected) const {
  for (auto offset = range.offset; offset < range.end(); offset += kPageSize)
    if (std::memcmp(vm_.seen(offset), expected.data() + offset, kPageSize) != 0)
      return fmt::format("the page at offset {:#x} is not what it should be", offset);
  return {};
}

std::string Served::read_and_compare(ByteRange range, fakes::Order order, std::uint32_t threads) {
  const Command command{Op::read, order, threads, 7, range.offset, range.length};
  const auto reply = vm_.run(command);
  if (!reply) return "the guest could not read its memory: " + failure();
  return compare(range, file_.contents());
}

std::string Served::read_zeros(ByteRange range) {
  if (!vm_.run({Op::read, fakes::Order::random, 2, 11, range.offset, range.length}))
    return "the guest could not read its memory: " + failure();
  return compare(range, std::vector<std::byte>(layout_.size));
}

std::vector<fakes::LoadedPageServer> all_page_servers() {
  std::vector<fakes::LoadedPageServer> result;
  for (const auto& library : fakes::page_server_libraries())
    result.push_back(fakes::load_page_server(library));
  return result;
}

std::vector<fakes::LoadedPageServer> lazy_page_servers() {
  auto result = all_page_servers();
  std::erase_if(result, [](const auto& server) {
    return server.object->backing() != MemoryBacking::userfaultfd;
  });
  if (result.empty()) does_not_apply("it maps the snapshot, so that it serves no fault");
  return result;
}

} // namespace dhg::conformance
