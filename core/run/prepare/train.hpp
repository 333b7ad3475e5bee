#pragma once

#include "run/prepare/prepare.hpp"

namespace dhg::run {

/// Runs the image's representative programs (guest/representative/IMAGE/*.py) on its
/// snapshot, so that a page server that learns from runs has done so before the first
/// one of a user. Does nothing for any other page server, or if all was learnt before.
/// @throws Error if one of the programs fails; Interrupted at a signal
void train(const PrepareContext& context);

} // namespace dhg::run
