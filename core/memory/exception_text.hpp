#pragma once

#include <exception>
#include <string>

namespace dhg::memory {

/// What the exception being handled says. A plugin may throw anything.
[[nodiscard]] inline std::string current_exception_text() {
  try {
    throw;
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "an exception of an unknown type";
  }
}

} // namespace dhg::memory
