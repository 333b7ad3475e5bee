#pragma once

#include "dhg/deadline.hpp"
#include "os/signals.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace dhg::run {

/// Runs one of the image scripts and passes its progress on, line by line.
/// @throws Error with what it said last if it fails; Interrupted at a signal, after
///   the script and its children have been ended.
void run_image_script(const std::filesystem::path& script, const std::vector<std::string>& args,
                      os::SignalFd& signals, const std::function<void(std::string_view)>& progress);

/// A signal ended what was being done.
struct Interrupted {
  int signal;
};

} // namespace dhg::run
