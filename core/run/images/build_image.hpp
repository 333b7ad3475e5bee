#pragma once

#include "dhg/deadline.hpp"
#include "os/ear.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace dhg::run {

/// Runs one of the image scripts and passes its progress on, line by line.
/// What the script leaves running when it ends is ended too.
/// @throws Error with what it said last if it fails; Interrupted at a signal, after
///   the script and all that it has started have been ended.
void run_image_script(const std::filesystem::path& script, const std::vector<std::string>& args,
                      os::SignalFd& signals, const std::function<void(std::string_view)>& progress);

/// A signal ended what was being done.
using os::Interrupted;

} // namespace dhg::run
