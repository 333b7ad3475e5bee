#pragma once

#include "compare/measurement.hpp"

#include <string>

namespace dhg::compare {

/// In what `seen` is not `expected`, in one line; empty if in nothing. Safe to print.
/// @param both_dhg whether stderr and tables count: a command's own words on stderr are
///   not the program's
[[nodiscard]] std::string describe_difference(const Output& expected, const Output& seen,
                                              bool both_dhg);

} // namespace dhg::compare
