#include "plugin/scaffold.hpp"

#include "dhg/error.hpp"
#include "plugin/descriptor.hpp"
#include "plugin/kind.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cctype>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace dhg::plugin {
namespace fs = std::filesystem;

namespace {

using Replacements = std::vector<std::pair<std::string, std::string>>;

// "my-server" -> "MyServer"
std::string class_name(std::string_view name) {
  std::string result;
  bool upper = true;
  for (const char c : name) {
    if (c != '-') result += upper ? static_cast<char>(std::toupper(c)) : c;
    upper = c == '-';
  }
  return result;
}

std::string file_name(std::string name) {
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

// Stricter than what the loader accepts: it also becomes the name of a C++ class.
void check_name(const std::string& name) {
  const bool good = is_plugin_name(name) &&
                    std::isalpha(static_cast<unsigned char>(name[0])) != 0 && name.back() != '-' &&
                    name.find("--") == std::string::npos;
  if (!good)
    throw Error(Blame::usage, fmt::format("'{}' is not a valid plugin name", name),
                "use lower-case letters, digits and single '-' between them, a letter first: "
                "my-server");
}

std::string filled_in(std::string text, const Replacements& replacements) {
  for (const auto& [mark, value] : replacements)
    for (auto at = text.find(mark); at != std::string::npos;
         at = text.find(mark, at + value.size()))
      text.replace(at, mark.size(), value);
  return text;
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file || !text)
    throw Error(Blame::environment, fmt::format("cannot read the template '{}'", path.string()),
                "install the Debian package dhg-dev again");
  return text.str();
}

void write(const fs::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (!file.flush())
    throw system_error(errno, fmt::format("cannot write '{}'", path.string()), "check the disk");
}

void fill_template(const fs::path& from, const fs::path& folder, const Replacements& replacements) {
  std::error_code error;
  fs::directory_iterator files(from, error);
  if (error)
    throw system_error(error.value(), fmt::format("cannot read the template '{}'", from.string()),
                       "install the Debian package dhg-dev");
  for (const auto& file : files) {
    auto name = file.path().filename().string();
    if (name == "plugin.cpp.in") name = "@FILE@.cpp";
    write(folder / filled_in(name, replacements), filled_in(read(file.path()), replacements));
  }
}

} // namespace

void write_plugin_sources(const fs::path& templates, dhg_plugin_kind kind, const fs::path& folder) {
  const auto name = folder.filename().string();
  check_name(name);
  std::error_code error;
  if (!fs::create_directory(folder, error)) {
    if (!error)
      throw Error(Blame::usage, fmt::format("'{}' already exists", folder.string()),
                  "choose another name, or remove it first");
    throw system_error(error.value(), fmt::format("cannot make the folder '{}'", folder.string()));
  }
  try {
    fill_template(templates / kind_word(kind), folder,
                  {{"@NAME@", name},
                   {"@CLASS@", class_name(name)},
                   {"@FILE@", file_name(name)},
                   {"@KIND@", kind_folder(kind)}});
  } catch (...) {
    fs::remove_all(folder, error);
    throw;
  }
}

} // namespace dhg::plugin
