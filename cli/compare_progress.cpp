#include "compare_progress.hpp"

#include "os/descriptors.hpp"

#include <fmt/format.h>
#include <cmath>
#include <iostream>
#include <string>

namespace dhg::cli {
namespace {

std::string in_words(double seconds) {
  const auto whole = static_cast<long>(std::ceil(seconds));
  return whole < 60 ? fmt::format("{} s", whole)
                    : fmt::format("{} min {} s", whole / 60, whole % 60);
}

} // namespace

Progress::Progress()
    : terminal_(os::is_terminal(os::kStandardError)), began_(Clock::now()), said_(began_) {}

Progress::~Progress() {
  if (terminal_) std::cerr << "\r\033[K" << std::flush;
}

void Progress::operator()(std::size_t done, std::size_t all) {
  constexpr auto kSeldom = std::chrono::seconds(10);
  const auto now = Clock::now();
  if (!terminal_ && now - said_ < kSeldom) return;
  said_ = now;
  const double passed = std::chrono::duration<double>(now - began_).count();
  const double left = passed / static_cast<double>(done) * static_cast<double>(all - done);
  const auto text = fmt::format("dhg: run {} of {}, {} left", done, all, in_words(left));
  if (terminal_)
    std::cerr << "\r\033[K" << text << std::flush;
  else
    std::cerr << text << '\n';
}

} // namespace dhg::cli
