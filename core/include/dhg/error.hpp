#pragma once

#include "dhg/export.h"

#include <stdexcept>
#include <string>

namespace dhg {

/// Who has to act on an error. Decides the exit code.
enum class Blame {
  usage,       ///< the command line or a config file; exit code 2
  environment, ///< the host, the snapshot, the VM or dhg itself; exit code 125
};

/// An error message for the user: what happened and where, and, in `hint`, what to do about it.
class DHG_API Error : public std::runtime_error {
 public:
  Error(Blame blame, const std::string& what, std::string hint = {});
  ~Error() override;
  Error(const Error&) = default;
  Error& operator=(const Error&) = default;

  [[nodiscard]] Blame blame() const noexcept { return blame_; }
  /// What to do about the error. May be empty.
  [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

 private:
  Blame blame_;
  std::string hint_;
};

/// An Error with Blame::environment whose message ends with the text for `error_number`.
[[nodiscard]] DHG_API Error system_error(int error_number, const std::string& what,
                                         std::string hint = {});

} // namespace dhg
