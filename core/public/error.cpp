#include "dhg/error.hpp"

#include <cerrno>
#include <system_error>

namespace dhg {

Error::Error(Blame blame, const std::string& what, std::string hint)
    : std::runtime_error(what), blame_(blame), hint_(std::move(hint)) {}

Error::~Error() = default;

Error system_error(int error_number, const std::string& what, std::string hint) {
  if (hint.empty() && error_number == EMFILE) hint = "allow it more open files: ulimit -n 256";
  return {Blame::environment, what + ": " + std::generic_category().message(error_number),
          std::move(hint)};
}

} // namespace dhg
