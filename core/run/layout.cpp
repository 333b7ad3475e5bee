#include "run/layout.hpp"

#include "dhg/error.hpp"

#include <system_error>

namespace dhg::run {

Layout installed_layout() {
  std::error_code error;
  const auto binary = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) throw system_error(error.value(), "cannot find out where dhg is installed");
  const auto prefix = binary.parent_path().parent_path();
  const auto guest = prefix / "share/dhg/guest";
  return {prefix / "lib/dhg/plugins",
          prefix / "share/dhg/config",
          prefix / "lib/dhg/guest/init",
          guest / "agent",
          guest / "images",
          guest / "representative",
          prefix / "share/dhg/templates",
          prefix / "lib/dhg/conformance",
          prefix / "include/dhg"};
}

} // namespace dhg::run
