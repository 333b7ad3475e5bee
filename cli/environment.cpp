#include "environment.hpp"

#include "dhg/error.hpp"
#include "os/read_file.hpp"
#include "text/utf8.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>

namespace dhg::cli {
namespace {

using guest_link::Environment;

constexpr std::size_t kMaxFile = 1024UL * 1024; // a request has no room for more

[[noreturn]] void refuse(const std::string& where, const std::string& what,
                         const std::string& hint = "") {
  throw Error(Blame::usage, where + ": " + what, hint);
}

void set(Environment& environment, const std::string& name, std::string value) {
  const auto found = std::find_if(environment.begin(), environment.end(),
                                  [&](const auto& each) { return each.first == name; });
  if (found == environment.end())
    environment.emplace_back(name, std::move(value));
  else
    found->second = std::move(value);
}

std::string checked_name(const std::string& name, const std::string& where) {
  if (name.empty()) refuse(where, "a variable's name is missing", "expected NAME=VALUE");
  const bool has_blank = name.find_first_of(" \t") != std::string::npos;
  if (has_blank || text::find_bad_byte(name))
    refuse(where, fmt::format("'{}' is no name of a variable", text::printable(name)),
           "expected NAME=VALUE");
  return name;
}

std::string checked_value(std::string value, const std::string& name, const std::string& where) {
  if (value.find('\0') != std::string::npos)
    refuse(where, fmt::format("the value of {} contains a NUL", name));
  return value;
}

std::string value_of_caller(const std::string& name, const std::string& where) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr)
    refuse(where, fmt::format("your environment has no variable {}", name),
           fmt::format("export {}=VALUE first, or give NAME=VALUE", name));
  return value;
}

// "NAME=VALUE", or "NAME", whose value is the caller's.
void set_assignment(Environment& environment, const std::string& text, const std::string& where) {
  const auto sign = text.find('=');
  const auto name = checked_name(text.substr(0, sign), where);
  auto value = sign == std::string::npos ? value_of_caller(name, where) : text.substr(sign + 1);
  set(environment, name, checked_value(std::move(value), name, where));
}

std::string read_file(const std::string& path, const std::string& option, const os::Ear& ear) {
  const auto fd = os::open_to_read(path);
  auto text = fd ? os::read_to_end(fd.get(), kMaxFile, &ear) : std::nullopt;
  if (!text)
    refuse(option, fmt::format("cannot read '{}': {}", text::printable(path), strerror(errno)));
  if (text->size() > kMaxFile)
    refuse(option,
           fmt::format("'{}' is larger than {} KiB", text::printable(path), kMaxFile / 1024));
  return std::move(*text);
}

// "NAME", or "NAME=@FILE": a command line is seen by all users of the host.
void set_secret(Environment& environment, const std::string& text, const os::Ear& ear) {
  const std::string option = "--secret";
  const auto sign = text.find('=');
  const auto name = checked_name(text.substr(0, sign), option);
  if (sign == std::string::npos) return set(environment, name, value_of_caller(name, option));
  if (text.size() < sign + 3 || text[sign + 1] != '@')
    refuse(
        option, fmt::format("the value of {} is on the command line, which others can see", name),
        fmt::format("use --secret {0} with {0} in your environment, or --secret {0}=@FILE", name));
  auto value = read_file(text.substr(sign + 2), option, ear);
  if (!value.empty() && value.back() == '\n') value.pop_back(); // what editors and echo put there
  set(environment, name, checked_value(std::move(value), name, option));
}

std::vector<std::string> all_of(const po::variables_map& values, const char* option) {
  return values.count(option) != 0 ? values[option].as<std::vector<std::string>>()
                                   : std::vector<std::string>();
}

} // namespace

void add_environment_options(po::options_description& options) {
  const auto list = [](const char* name) {
    return po::value<std::vector<std::string>>()->composing()->value_name(name);
  };
  options.add_options()("env,e", list("NAME[=VALUE]"),
                        "a variable of the program's environment; without a value: yours")(
      "env-file", list("FILE"), "variables from a file with lines of NAME=VALUE or NAME")(
      "secret", list("NAME[=@FILE]"),
      "a variable whose value is taken from your environment, or from a file");
}

Environment parse_env_file(const std::string& text, const std::string& name) {
  Environment environment;
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    auto line = text.substr(begin, end - begin);
    begin = end + 1;
    ++number;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    line.erase(0, std::min(line.find_first_not_of(" \t"), line.size()));
    if (line.empty() || line.front() == '#') continue;
    set_assignment(environment, line, fmt::format("{}:{}", text::printable(name), number));
  }
  return environment;
}

Environment read_environment(const po::variables_map& values, const os::Ear& ear) {
  Environment environment;
  for (const auto& path : all_of(values, "env-file"))
    for (auto& [name, value] : parse_env_file(read_file(path, "--env-file", ear), path))
      set(environment, name, std::move(value));
  for (const auto& text : all_of(values, "env")) set_assignment(environment, text, "--env");
  for (const auto& text : all_of(values, "secret")) set_secret(environment, text, ear);
  return environment;
}

} // namespace dhg::cli
