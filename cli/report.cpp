#include "report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>
#include <ostream>
#include <utility>
#include <vector>

namespace dhg::cli {
namespace {

using nlohmann::json;
using Milliseconds = std::chrono::duration<double, std::milli>;

json optional_text(const std::string& text) { return text.empty() ? json() : json(text); }

json memory_json(const memory::MemoryStats& stats) {
  return {{"faults", stats.faults},
          {"copied_bytes", stats.copied_bytes},
          {"zeroed_bytes", stats.zeroed_bytes},
          {"removed_bytes", stats.removed_bytes}};
}

json resources_json(const std::optional<os::ResourceUse>& use) {
  if (!use) return nullptr;
  return {{"cpu_seconds", use->cpu_seconds},
          {"peak_bytes", use->peak_bytes},
          {"major_faults", use->major_faults}};
}

json phases_json(const timing::Timeline& timeline) {
  json result = json::array();
  for (const auto& span : timeline.spans())
    result.push_back({{"name", span.name},
                      {"track", to_string(span.track)},
                      {"start_ms", Milliseconds(span.begin - timeline.origin()).count()},
                      {"duration_ms", Milliseconds(span.end - span.begin).count()}});
  return result;
}

template <class T>
json optional_json(const std::optional<T>& value) {
  return value ? json(*value) : json();
}

json tables_json(const std::vector<TableInfo>& tables) {
  json result = json::array();
  for (const auto& table : tables) {
    json columns = json::array();
    for (const auto& [name, type] : table.columns)
      columns.push_back({{"name", name}, {"type", type}});
    result.push_back({{"name", table.name},
                      {"row_count", optional_json(table.row_count)},
                      {"is_refreshing", optional_json(table.is_refreshing)},
                      {"columns", columns},
                      {"preview", optional_json(table.preview)},
                      {"not_shown_why", optional_json(table.not_shown_why)}});
  }
  return result;
}

json figures_json(const run::ExecReport& report) {
  json result = json::object();
  for (const auto& figure : report.page_server_figures) result[figure.name] = figure.value;
  return result;
}

json error_json(const run::ExecReport& report) {
  if (const auto& error = report.result.error)
    return {{"type", error->type},
            {"message", error->message},
            {"traceback", error->traceback},
            {"hint", optional_text(report.hint)}};
  if (report.message.empty()) return nullptr;
  return {{"message", report.message},
          {"hint", optional_text(report.hint)},
          {"code_may_have_run", report.code_may_have_run}};
}

// Those that were known when the run ended, which may have been early.
std::vector<std::string> parts_of(const run::ExecReport& report) {
  std::vector<std::string> parts;
  if (!report.launcher.empty())
    parts.push_back(report.accelerator
                        ? fmt::format("{} on {}", report.launcher, to_string(*report.accelerator))
                        : report.launcher);
  for (const auto& [what, name] : {std::pair{"page server", &report.page_server},
                                   std::pair{"result channel", &report.result_channel},
                                   std::pair{"snapshot", &report.snapshot}})
    if (!name->empty()) parts.push_back(fmt::format("{} {}", what, *name));
  return parts;
}

} // namespace

json run_facts(const run::ExecReport& report, const timing::Timeline& timeline) {
  const auto elapsed = std::chrono::duration<double>(timing::Clock::now() - timeline.origin());
  return {
      {"exit_code", report.exit_code},
      {"outcome", run::to_string(report.outcome)},
      {"elapsed_seconds", elapsed.count()},
      {"phases", phases_json(timeline)},
      {"guest_clock_error_ms",
       report.guest_clock ? json(Milliseconds(report.guest_clock->error).count()) : json()},
      {"plugins",
       {{"page_server", optional_text(report.page_server)},
        {"result_channel", optional_text(report.result_channel)},
        {"launcher", optional_text(report.launcher)}}},
      {"accelerator", report.accelerator ? json(to_string(*report.accelerator)) : json()},
      {"snapshot", optional_text(report.snapshot)},
      {"substitutions", report.substitutions},
      {"memory", memory_json(report.memory)},
      {"page_server", figures_json(report)},
      {"resources",
       {{"dhg", resources_json(os::own_resources())}, {"vmm", resources_json(report.vmm_use)}}},
  };
}

std::string exec_json(const run::ExecReport& report, const std::string& out, const std::string& err,
                      const timing::Timeline& timeline, bool is_shown) {
  auto object = run_facts(report, timeline);
  object["stdout"] = out;
  object["stderr"] = err;
  object["result_repr"] = optional_json(report.result.result_repr);
  object["shown_value"] = is_shown ? object["result_repr"] : json();
  object["error"] = error_json(report);
  object["tables"] = tables_json(report.result.tables);
  // A program may print what is not UTF-8; JSON cannot say that.
  return object.dump(2, ' ', false, json::error_handler_t::replace);
}

std::string served_vm_json(const run::ServedVmReport& report, const timing::Timeline& timeline) {
  json object{{"vm", report.number},
              {"pid", report.pid},
              {"page_server", report.page_server},
              {"outcome", report.error.empty() ? "ended" : "failed"},
              {"error", optional_text(report.error)},
              {"seconds", report.seconds.count()},
              {"phases", phases_json(timeline)}};
  object.update(memory_json(report.memory));
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

void print_phases(std::ostream& to, const run::ExecReport& report,
                  const timing::Timeline& timeline) {
  if (const auto parts = parts_of(report); !parts.empty())
    to << fmt::format("dhg: {}\n", fmt::join(parts, ", "));
  for (const auto& span : timeline.spans()) {
    if (span.track == timing::Track::vmm) continue; // its life, which is no phase
    to << fmt::format("dhg: {:>9.2f} ms {:>+9.2f}  {}\n",
                      Milliseconds(span.begin - timeline.origin()).count(),
                      Milliseconds(span.end - span.begin).count(), span.name);
  }
  to << fmt::format(
      "dhg: {:>9.2f} ms            in total; {} faults, {:.1f} MiB copied, {:.1f} MiB "
      "zeroed\n",
      Milliseconds(timing::Clock::now() - timeline.origin()).count(), report.memory.faults,
      static_cast<double>(report.memory.copied_bytes) / (1024 * 1024),
      static_cast<double>(report.memory.zeroed_bytes) / (1024 * 1024));
  if (report.page_server_figures.empty()) return;
  to << fmt::format("dhg: {}:", report.page_server);
  for (const auto& figure : report.page_server_figures)
    to << fmt::format(" {}={:.6g}", figure.name, figure.value);
  to << '\n';
}

} // namespace dhg::cli
