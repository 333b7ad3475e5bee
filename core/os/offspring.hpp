#pragma once

#include <sys/types.h>
#include <set>

namespace dhg::os {

/// All processes that are started while it is there, and what these start in turn, also
/// those that turn into daemons: this process adopts them. For the thread that starts them;
/// children from before are left alone.
class Offspring {
 public:
  Offspring();
  /// Ends what is left.
  ~Offspring();
  Offspring(const Offspring&) = delete;
  Offspring& operator=(const Offspring&) = delete;

  /// Ends all of them, and waits until they are gone. A ChildProcess must have been waited
  /// for before.
  void end() noexcept;

 private:
  const std::set<pid_t> before_;
  bool adopts_ = false;
};

} // namespace dhg::os
