#include "guest_files.hpp"

#include <array>

#include "agent___init__.hpp"
#include "agent_bottom.hpp"
#include "agent_ending.hpp"
#include "agent_limit.hpp"
#include "agent_outcome_json.hpp"
#include "agent_preview.hpp"
#include "agent_session.hpp"
#include "agent_source.hpp"
#include "agent_tables.hpp"
#include "driver.hpp"
#include "fake_deephaven___init__.hpp"
#include "fake_deephaven_execution_context.hpp"
#include "fake_deephaven_table.hpp"
#include "fake_jpy.hpp"
#include "fake_pydeephaven___init__.hpp"
#include "fake_pydeephaven_ticket.hpp"

namespace dhg::conformance {

std::span<const GuestFile> guest_files() {
  static constexpr std::array kFiles{
      GuestFile{"driver.py", ::driver},
      GuestFile{"dhg_agent/__init__.py", ::agent___init__},
      GuestFile{"dhg_agent/bottom.py", ::agent_bottom},
      GuestFile{"dhg_agent/ending.py", ::agent_ending},
      GuestFile{"dhg_agent/limit.py", ::agent_limit},
      GuestFile{"dhg_agent/preview.py", ::agent_preview},
      GuestFile{"dhg_agent/session.py", ::agent_session},
      GuestFile{"dhg_agent/source.py", ::agent_source},
      GuestFile{"dhg_agent/tables.py", ::agent_tables},
      GuestFile{"dhg_agent/outcome_json.py", ::agent_outcome_json},
      GuestFile{"fakes/jpy.py", ::fake_jpy},
      GuestFile{"fakes/deephaven/__init__.py", ::fake_deephaven___init__},
      GuestFile{"fakes/deephaven/table.py", ::fake_deephaven_table},
      GuestFile{"fakes/deephaven/execution_context.py", ::fake_deephaven_execution_context},
      GuestFile{"fakes/pydeephaven/__init__.py", ::fake_pydeephaven___init__},
      GuestFile{"fakes/pydeephaven/ticket.py", ::fake_pydeephaven_ticket}};
  return kFiles;
}

} // namespace dhg::conformance
