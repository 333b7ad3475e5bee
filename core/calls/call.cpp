#include "calls/call.hpp"

#include <mutex>
#include <set>

namespace dhg::calls {
namespace {

thread_local constinit Call innermost{nullptr, nullptr};

} // namespace

const char* callee(const std::string& title) {
  static auto& mutex = *new std::mutex;
  static auto& titles = *new std::set<std::string>;
  const std::lock_guard lock(mutex);
  return titles.insert(title).first->c_str();
}

Mark::Mark(const char* callee, const char* function) noexcept : outer_(innermost) {
  innermost = {callee, function};
}

Mark::~Mark() { innermost = outer_; }

Call current_call() noexcept { return innermost; }

} // namespace dhg::calls
