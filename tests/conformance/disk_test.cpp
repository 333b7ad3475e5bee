// Memory files on disks that fail or are slow. Needs FUSE; where there is none, this
// is said and nothing else can be.

#include "faulty_disk.hpp"
#include "fixture.hpp"

#include <catch2/catch_all.hpp>
#include <cstring>

using namespace dhg;
using namespace dhg::conformance;
using namespace std::chrono_literals;
using fakes::Op;
using fakes::Order;

namespace {

constexpr std::uint64_t kSize = 4 * kMiB;

// A fake VMM whose memory file lies on a faulty disk.
struct ServedFromDisk {
  ServedFromDisk(fakes::LoadedPageServer& server, const fakes::MemoryFile& file,
                 const fakes::FaultyDisk& disk)
      : source(disk.path()),
        session(source, std::move(server.object), server.name, timeline, supervisor),
        vm(file.path(), MemoryBacking::userfaultfd, {{0, kSize}}) {
    session.vmm_started(vm.take_handoff(), vm.process_fd(), deadline_in(5s));
  }
  ~ServedFromDisk() { vm.kill(); }
  ServedFromDisk(const ServedFromDisk&) = delete;
  ServedFromDisk& operator=(const ServedFromDisk&) = delete;

  // Pages that hold neither what the file holds nor, if they need not have been
  // seen, nothing.
  std::uint64_t wrong_pages(const fakes::MemoryFile& file, bool all_seen) const {
    const auto expected = file.contents();
    std::uint64_t wrong = 0;
    for (std::uint64_t offset = 0; offset < kSize; offset += kPageSize) {
      std::uint64_t first = 0;
      std::memcpy(&first, vm.seen(offset), sizeof first);
      if (!all_seen && first == 0) continue;
      if (std::memcmp(vm.seen(offset), expected.data() + offset, kPageSize) != 0) ++wrong;
    }
    return wrong;
  }

  memory::FilePageSource source;
  timing::Timeline timeline;
  calls::Supervisor supervisor;
  memory::MemorySession session;
  fakes::FakeVm vm;
};

bool usable(const fakes::FaultyDisk& disk) {
  if (disk.why_not().empty()) return true;
  does_not_apply("no FUSE file system can be made here: " + disk.why_not());
  return false;
}

} // namespace

TEST_CASE("A memory file that cannot be read (EIO) ends the VM with a reason and shows no zeros") {
  const std::uint64_t fail_from = GENERATE(UINT64_C(0), 2 * kMiB + 36 * kKiB);
  for (auto& server : lazy_page_servers()) {
    INFO(server.name << ", EIO from " << fail_from << " on");
    const fakes::MemoryFile file(kSize, {{0, kSize}});
    const fakes::FaultyDisk disk(file.path(), fail_from, 0ms);
    if (!usable(disk)) return;
    ServedFromDisk served(server, file, disk);
    served.vm.send({Op::read, Order::sequential, 1, 0, 0, kSize});
    NEED("the session is done with attaching within 1 s",
         readable_within(served.session.attached_fd(), 1s));
    WANT("the VMM ends within 1 s", readable_within(served.vm.process_fd(), 1s));
    WANT("the reason names the memory file", has_part(served.session.failure(), "memory file"));
    WANT("no page that the guest saw has other bytes than the file",
         no_pages(served.wrong_pages(file, false)));
  }
}

TEST_CASE("A slow memory file makes a guest slow, and nothing worse") {
  for (auto& server : lazy_page_servers()) {
    INFO(server.name);
    const fakes::MemoryFile file(kSize, {{0, kSize}});
    const fakes::FaultyDisk disk(file.path(), kSize, 3ms);
    if (!usable(disk)) return;
    ServedFromDisk served(server, file, disk);
    NEED("the page server attaches within 5 s", readable_within(served.session.attached_fd(), 5s));
    NEED("the guest reads its memory within 10 s",
         done(served.vm.run({Op::read, Order::random, 2, 5, 0, kSize})));
    WANT("no page has other bytes than the file", no_pages(served.wrong_pages(file, true)));
    WANT("nothing goes wrong while memory is served", served.session.failure());
  }
}
