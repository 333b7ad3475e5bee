#pragma once

#include "command.hpp"

#include <string>

namespace dhg::cli {

/// The man page dhg(1), in roff.
[[nodiscard]] std::string overview_man_page();
/// The man page of one command: dhg-vm-prepare(1).
[[nodiscard]] std::string man_page(const Command& command);
/// "dhg-vm-prepare"
[[nodiscard]] std::string man_page_name(const Command& command);

} // namespace dhg::cli
