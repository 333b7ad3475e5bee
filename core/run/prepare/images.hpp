#pragma once

#include "run/prepare/prepare.hpp"

#include <filesystem>
#include <string>

namespace dhg::run {

/// The image of a recipe, built if it is not there. Only what goes into it decides
/// whether it is: other settings of a machine build nothing anew.
/// @param digest receives what tells the image from one built otherwise
/// @param made its `image` is set if it is built
[[nodiscard]] std::filesystem::path ensure_image(const PrepareContext& context,
                                                 const std::string& version, std::string& digest,
                                                 Made& made);

} // namespace dhg::run
