#pragma once

#include "run/exec.hpp"

#include <iosfwd>
#include <string>

namespace dhg::cli {

/// The one object of `dhg exec --json`.
[[nodiscard]] std::string exec_json(const run::ExecReport& report, const std::string& out,
                                    const std::string& err, const timing::Timeline& timeline);

/// The phases of a run, for --verbose.
void print_phases(std::ostream& to, const run::ExecReport& report,
                  const timing::Timeline& timeline);

} // namespace dhg::cli
