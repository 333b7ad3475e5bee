#pragma once

#include "run/exec/guest_session.hpp"

#include <functional>

namespace dhg::run {

/// Waits inside `call`, a call of the VM, which knows neither of signals nor of the user's
/// deadline: these are watched for meanwhile, and end the VMM, so that the call returns.
/// @return what was seen; how the call ended does not matter then, for a VMM that was
///   ended for the sake of the user is not to blame
/// @throws what `call` throws, if nothing was seen
[[nodiscard]] ExchangeEnd patiently(const Watch& watch, const std::function<void()>& call);

} // namespace dhg::run
