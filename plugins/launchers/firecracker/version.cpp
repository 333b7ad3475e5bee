#include "version.hpp"

#include "dhg/error.hpp"
#include "dhg/process.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cerrno>
#include <charconv>

namespace dhg_firecracker {
namespace {

constexpr auto kLimit = std::chrono::seconds(5);

// Takes a number off the front of `text`.
bool take_number(std::string_view& text, unsigned& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool take_dot(std::string_view& text) {
  if (!text.starts_with('.')) return false;
  text.remove_prefix(1);
  return true;
}

} // namespace

std::string to_string(const Version& version) {
  return fmt::format("{}.{}.{}", version[0], version[1], version[2]);
}

std::optional<Version> parse_version(std::string_view text) {
  text = text.substr(0, text.find('\n'));
  const auto begin = text.find_first_of("0123456789");
  if (begin == std::string_view::npos) return std::nullopt;
  text.remove_prefix(begin);
  Version version{};
  if (take_number(text, version[0]) && take_dot(text) && take_number(text, version[1]) &&
      take_dot(text) && take_number(text, version[2]))
    return version;
  return std::nullopt;
}

Version ask_version(const std::filesystem::path& binary) {
  const dhg::UniqueFd said(memfd_create("dhg-version", MFD_CLOEXEC));
  if (!said) throw dhg::system_error(errno, "cannot create a memory file");
  dhg::ChildProcess child({binary.string(), {"--version"}, {}, {{said.get(), STDOUT_FILENO}}});
  const auto status = child.wait(dhg::deadline_in(kLimit));
  std::array<char, 256> text;
  const auto got = pread(said.get(), text.data(), text.size(), 0);
  const auto version = parse_version({text.data(), got > 0 ? static_cast<std::size_t>(got) : 0});
  if (!status || *status != 0 || !version)
    throw dhg::Error(dhg::Blame::environment,
                     fmt::format("'{} --version' {}", binary.string(),
                                 !status        ? "does not end"
                                 : *status != 0 ? dhg::describe_wait_status(*status)
                                                : "tells no version"));
  return *version;
}

} // namespace dhg_firecracker
