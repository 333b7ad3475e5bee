#pragma once

#include "compare/measurement.hpp"
#include "compare/preflight.hpp"
#include "snapshot/staging.hpp"
#include "snapshot/store.hpp"

#include <filesystem>
#include <optional>
#include <vector>

namespace dhg::cli {

/// What the variants' page servers learn while they are compared: each for itself, beginning
/// with what its snapshot's notes say. Gone with this object; if this process is killed, with
/// the next run of anybody.
class CompareNotes {
 public:
  /// @param facts one a variant
  /// @throws Error if notes cannot be copied
  CompareNotes(const snapshot::Store& store, const compare::Measurement& measurement,
               const std::vector<compare::VariantFacts>& facts);

  /// One a variant: the folder for `page_server.notes`. Empty: it needs none, for it does not
  /// learn, or its config names a folder.
  [[nodiscard]] const std::vector<std::filesystem::path>& folders() const noexcept {
    return folders_;
  }

 private:
  std::optional<snapshot::Staging> staging_;
  std::vector<std::filesystem::path> folders_;
};

} // namespace dhg::cli
