#pragma once

#include <string>

namespace dhg::calls {

/// "launcher 'qemu'": whose code is called. Kept for as long as the process lives, for its last
/// words may need it. Thread-safe.
[[nodiscard]] const char* callee(const std::string& title);

/// A call into a plugin. What it points at lives as long as the process.
struct Call {
  const char* callee;
  const char* function;
};

/// While it lives, this thread runs a plugin's code: a crash there, or an end of the process, is
/// the plugin's. Costs two stores.
class Mark {
 public:
  Mark(const char* callee, const char* function) noexcept;
  ~Mark();
  Mark(const Mark&) = delete;
  Mark& operator=(const Mark&) = delete;

 private:
  const Call outer_;
};

/// The innermost call of this thread; its members are null if there is none.
[[nodiscard]] Call current_call() noexcept;

} // namespace dhg::calls
