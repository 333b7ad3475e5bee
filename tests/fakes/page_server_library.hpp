#pragma once

#include "dhg/page_server.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace dhg::fakes {

/// The page servers that the conformance suite is about: those whose absolute paths
/// DHG_CONFORMANCE_PLUGINS lists, separated by ':', else those that come with dhg.
[[nodiscard]] std::vector<std::filesystem::path> page_server_libraries();

struct LoadedPageServer {
  std::string name;
  std::unique_ptr<PageServer> object;
};

/// Loads one of them, and makes its object with given_options().
/// @throws Error if it is no page server, or its object cannot be made
[[nodiscard]] LoadedPageServer load_page_server(const std::filesystem::path& library);

} // namespace dhg::fakes
