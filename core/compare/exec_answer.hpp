#pragma once

#include "compare/measurement.hpp"

#include <string>

namespace dhg::compare {

/// Takes over what `dhg exec --json` printed: the program's output, and, from a run
/// that succeeded, what it cost. What is no such answer is noted as the run's failure.
void take_exec_answer(const std::string& out, const std::string& err, Run& run);

} // namespace dhg::compare
