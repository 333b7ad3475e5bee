#pragma once

#include <string>

namespace dhg_kvm {

/// Runs a few guest instructions with KVM, for at most a fraction of a second:
/// a host can let /dev/kvm be opened and a VM be made, and still run no guest.
/// @return empty if it worked, else what did not.
[[nodiscard]] std::string why_kvm_does_not_work();

} // namespace dhg_kvm
