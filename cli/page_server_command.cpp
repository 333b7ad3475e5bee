#include "command.hpp"
#include "report.hpp"
#include "setup.hpp"

#include "dhg/error.hpp"
#include "run/page_service/page_service.hpp"
#include "text/exit_codes.hpp"

#include <cstdlib>
#include <iostream>

namespace dhg::cli {
namespace {

Usage page_server_usage() {
  Usage usage;
  usage.about =
      "Serves the memory of a VM that another program restores: any VMM that speaks\n"
      "Firecracker's handshake. Exits when the VM ends, and prints one JSON object per VM. A\n"
      "VMM whose memory cannot be served is killed. See docs/page-server-command.md.";
  usage.options.add_options()("socket", po::value<std::string>()->value_name("PATH")->required(),
                              "where to listen: the VMM's mem_backend.backend_path")(
      "memory", po::value<std::string>()->value_name("FILE")->required(),
      "the memory file of the snapshot, which this command only reads")(
      "page-server", po::value<std::string>()->value_name("NAME"),
      "short for --set page_server.plugin=NAME")(
      "many", "serve VM after VM, also several at once, until a signal")(
      "timeout", po::value<std::string>()->value_name("TIME"),
      "time limit: 30s, 5m; VMs that still run then are killed");
  add_config_options(usage.options);
  return usage;
}

int exit_code(const run::PageService::End& end) {
  if (end.signal != 0) return 128 + end.signal;
  if (end.timeout) return text::kExitTimeout;
  return end.failed ? text::kExitFailed : 0;
}

int page_server(const Invocation& invocation) {
  const auto& values = invocation.values;
  os::SignalFd signals; // before any thread
  const os::Ear ear(signals);
  const auto setup = make_setup(values, &ear);
  const auto registry = make_registry(setup.layout);
  std::optional<Deadline> deadline;
  if (values.count("timeout") != 0 && setup.settings.run.timeout)
    deadline = invocation.started + *setup.settings.run.timeout;

  run::PageService service(
      {values["socket"].as<std::string>(), values["memory"].as<std::string>(),
       values.count("many") != 0, deadline, signals, registry.supervisor(),
       run::call_limits(setup.settings),
       [&] {
         return run::activate<PageServer>(registry, DHG_PAGE_SERVER,
                                          setup.settings.page_server.choice);
       },
       [](const run::ServedVmReport& report, const timing::Timeline& timeline) {
         std::cout << served_vm_json(report, timeline) << std::endl;
       },
       [](const std::string& note) { std::cerr << "dhg: " << note << '\n'; }});
  std::cerr << "dhg: waiting for a VMM at " << values["socket"].as<std::string>() << '\n';
  const auto end = service.run();
  // A page server's thread that never returns still uses all this.
  if (end.stuck) {
    std::cout.flush();
    std::_Exit(exit_code(end));
  }
  return exit_code(end);
}

} // namespace

const Command page_server_command{"page-server",
                                  "serve guest memory to a VMM that another program starts",
                                  page_server_usage, page_server};

} // namespace dhg::cli
