// Key functions of the interfaces: their type information lives here, once, so
// that a cast works across libraries.

#include "dhg/memory.hpp"
#include "dhg/page_server.hpp"
#include "dhg/result_channel.hpp"
#include "dhg/vm_launcher.hpp"

// Both requests begin with it, and it does not grow (docs/abi.md); abidiff, which is told
// that they may, does not see it.
static_assert(sizeof(dhg::MachineSpec) == 16);

namespace dhg {

PageSource::~PageSource() = default;
GuestMemory::~GuestMemory() = default;
PageServer::~PageServer() = default;
SnapshotNotes::~SnapshotNotes() = default;
LearningPageServer::~LearningPageServer() = default;
ResultChannel::~ResultChannel() = default;
Vm::~Vm() = default;
VmLauncher::~VmLauncher() = default;

void PageServer::preload(const PageSource& source) {
  for (const auto& extent : source.data_extents()) source.will_need(extent);
}

void PageServer::attach(GuestMemory& /*memory*/) {}

bool PageServer::on_idle(GuestMemory& /*memory*/) { return false; }

const char* to_string(Accelerator accelerator) noexcept {
  return accelerator == Accelerator::kvm ? "kvm" : "tcg";
}

} // namespace dhg
