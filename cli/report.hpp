#pragma once

#include "run/exec/exec.hpp"
#include "run/page_service/served_vm.hpp"

#include <iosfwd>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace dhg::cli {

/// The one object of `dhg exec --json`. @param is_shown whether the value of the
/// expression would be printed after the output
[[nodiscard]] std::string exec_json(const run::ExecReport& report, const std::string& out,
                                    const std::string& err, const timing::Timeline& timeline,
                                    bool is_shown);

/// What a run used and what it cost: the members of that object that are not the
/// program's. A --trace file has them too.
[[nodiscard]] nlohmann::json run_facts(const run::ExecReport& report,
                                       const timing::Timeline& timeline);

/// The line of `dhg page-server` about one VM.
[[nodiscard]] std::string served_vm_json(const run::ServedVmReport& report,
                                         const timing::Timeline& timeline);

/// The phases of a run, for --verbose.
void print_phases(std::ostream& to, const run::ExecReport& report,
                  const timing::Timeline& timeline);

} // namespace dhg::cli
