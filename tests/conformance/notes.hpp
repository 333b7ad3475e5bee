#pragma once

#include "dhg/page_server.hpp"

#include <string>
#include <string_view>

namespace dhg::conformance {

/// What a page server that learns keeps, from one run to the next.
class NotesInMemory final : public SnapshotNotes {
 public:
  [[nodiscard]] std::string load() const override { return text; }
  void keep(std::string_view contents) override {
    text = contents;
    ++kept;
  }

  std::string text;
  int kept = 0;
};

} // namespace dhg::conformance
