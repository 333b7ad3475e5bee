#include "compare_notes.hpp"

#include "dhg/error.hpp"
#include "os/folder.hpp"
#include "snapshot/kept_notes.hpp"

#include <fmt/format.h>
#include <cerrno>

namespace dhg::cli {

CompareNotes::CompareNotes(const snapshot::Store& store, const compare::Measurement& measurement,
                           const std::vector<compare::VariantFacts>& facts)
    : folders_(facts.size()) {
  for (std::size_t i = 0; i < facts.size(); ++i) {
    const auto& learner = facts[i].learner;
    if (learner.empty() || !measurement.variants[i].settings.page_server.notes.empty()) continue;
    if (!staging_) staging_.emplace(store.stage("compare"));
    auto folder = staging_->path() / std::to_string(i);
    if (!os::make_private_folder(folder))
      throw system_error(errno, fmt::format("cannot make '{}'", folder.string()));
    snapshot::copy_notes(facts[i].snapshot, folder, learner);
    folders_[i] = std::move(folder);
  }
}

} // namespace dhg::cli
