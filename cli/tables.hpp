#pragma once

#include "dhg/result_channel.hpp"

#include <iosfwd>
#include <span>

namespace dhg::cli {

/// Prints what a run says of the tables that it assigned, for a person.
void print_tables(std::ostream& to, std::span<const TableInfo> tables);

} // namespace dhg::cli
