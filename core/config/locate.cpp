#include "config/raw.hpp"
#include "dhg/error.hpp"
#include "text/near_names.hpp"
#include "text/utf8.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace dhg::config {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> yaml_files(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code ignored; // a folder that cannot be read has none to offer
  for (fs::directory_iterator it(folder, ignored), end; !ignored && it != end;
       it.increment(ignored))
    if (it->path().extension() == ".yaml") names.push_back(it->path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

} // namespace

fs::path locate(const std::string& name, const fs::path& installed) {
  std::error_code ignored;
  // Of a path with '/' nothing else can be meant; reading it tells what is wrong.
  if (name.find('/') != std::string::npos) return name;
  if (fs::exists(name, ignored) && !fs::is_directory(name, ignored)) return name;
  for (const auto& candidate : {installed / name, installed / (name + ".yaml")})
    if (fs::is_regular_file(candidate, ignored)) return candidate;
  const auto names = yaml_files(installed);
  auto near = text::near_names(name, names);
  if (near.empty()) near = text::near_names(name + ".yaml", names);
  throw Error(
      Blame::usage,
      fmt::format(
          "there is no config '{}', neither here nor in {}{}", text::printable(name),
          installed.string(),
          near.empty() ? "" : fmt::format("; did you mean '{}'?", fmt::join(near, "' or '"))),
      names.empty() ? "no configs are installed there"
                    : fmt::format("installed configs: {}", fmt::join(names, ", ")));
}

} // namespace dhg::config
