#pragma once

#include "subject.hpp"

#include "memory/memory_session.hpp"
#include "run/plugins.hpp"
#include "timing/timeline.hpp"

#include <memory>
#include <string>

namespace dhg::conformance {

/// What a launcher's save() has left, and what it told on the way.
struct Saved {
  TemporaryFolder temporary;
  std::filesystem::path folder; ///< the temporary one, or that of DHG_CONFORMANCE_SNAPSHOTS
  std::string version;          ///< vmm_version()
  std::string first_words;      ///< what the booted guest printed
  double smaller_seconds = 0;   ///< what set_memory_target() took, both ways

  [[nodiscard]] std::filesystem::path state() const { return folder / "state"; }
  [[nodiscard]] std::filesystem::path memory() const { return folder / "memory"; }
};

/// A machine of `subject` that was booted and saved; made at the first call.
[[nodiscard]] const Saved& saved(const Subject& subject);

/// The same, but saved when its kernel had just begun: for the rules that need no guest
/// that comes up. These cases have the tag [no-guest].
[[nodiscard]] const Saved& saved_early(const Subject& subject);

/// A file in memory for the console.
[[nodiscard]] int console();

/// "QEMU 7.2.22"
[[nodiscard]] bool is_version(const std::string& text);

/// Runs `code` in the guest. @return what it printed; or why there is nothing
[[nodiscard]] std::string run_in_guest(Vm& vm, int agent, const std::string& code);

/// A machine restored from a snapshot, its memory served by a page server of this build.
class Restored {
 public:
  Restored(const Subject& subject, const std::filesystem::path& state,
           const std::filesystem::path& memory, const std::string& page_server = "lazy-4k");
  Restored(const Subject& subject, const Saved& snapshot,
           const std::string& page_server = "lazy-4k")
      : Restored(subject, snapshot.state(), snapshot.memory(), page_server) {}
  explicit Restored(const Subject& subject, const std::string& page_server = "lazy-4k")
      : Restored(subject, saved(subject), page_server) {}
  /// Ends the VMM before nobody serves its memory any more.
  ~Restored();

  /// load, attach, resume. @throws Error
  void resume();
  /// The same, and connects to the agent.
  void start();
  [[nodiscard]] std::string run(const std::string& code) {
    return run_in_guest(*vm_, agent_.get(), code);
  }
  [[nodiscard]] Vm& vm() { return *vm_; }
  [[nodiscard]] std::string failure() const { return session_->failure(); }

 private:
  run::ActivePlugin<PageServer> server_;
  memory::FilePageSource source_;
  timing::Timeline timeline_;
  std::unique_ptr<memory::MemorySession> session_;
  std::unique_ptr<Vm> vm_;
  UniqueFd agent_;
};

[[nodiscard]] RestoreRequest restore_request(const Subject& subject,
                                             const std::filesystem::path& state,
                                             const std::filesystem::path& memory,
                                             MemoryBacking backing, int memory_fd);

} // namespace dhg::conformance
