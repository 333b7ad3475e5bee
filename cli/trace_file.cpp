#include "trace_file.hpp"

#include "report.hpp"
#include "run/exec/trace.hpp"

#include <fmt/format.h>
#include <iostream>
#include <nlohmann/json.hpp>

namespace dhg::cli {

void TraceFile::write(const run::ExecReport& report, const timing::Timeline& timeline) {
  file_.publish(run::chrome_trace(timeline, log_, run_facts(report, timeline)));
  if (log_.dropped() > 0)
    std::cerr << fmt::format("dhg: the trace holds the first {} faults; {} more were left out\n",
                             log_.events().size(), log_.dropped());
}

} // namespace dhg::cli
