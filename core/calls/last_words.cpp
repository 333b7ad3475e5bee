#include "calls/last_words.hpp"

#include "calls/call.hpp"
#include "os/crash.hpp"
#include "text/exit_codes.hpp"

#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <mutex>
#include <span>
#include <string_view>

namespace dhg::calls {
namespace {

struct KnownLibrary {
  std::atomic<const char*> callee{nullptr}; // the last to be set
  os::LibraryRange range;
};

// A plugin beyond these is not named where it runs by itself.
std::array<KnownLibrary, 64> libraries;
std::atomic<bool> expected{false};

const char* owner_of(const void* address) noexcept {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  for (const auto& library : libraries) {
    const char* callee = library.callee.load(std::memory_order_acquire);
    if (callee == nullptr) return nullptr;
    if (at >= library.range.begin && at < library.range.end) return callee;
  }
  return nullptr;
}

// Whoever this thread runs the code of; without a function where that is not known.
Call culprit() noexcept {
  if (const auto call = current_call(); call.callee != nullptr) return call;
  std::array<void*, 64> addresses{};
  const auto count = os::stack_addresses(addresses);
  for (const void* address : std::span(addresses).first(count))
    if (const char* callee = owner_of(address); callee != nullptr) return {callee, nullptr};
  return {nullptr, nullptr};
}

// Text of a fixed size: a process that crashes cannot ask for memory.
class Words {
 public:
  Words& operator<<(std::string_view text) noexcept {
    const auto room = std::min(text.size(), bytes_.size() - size_);
    std::memcpy(bytes_.data() + size_, text.data(), room);
    size_ += room;
    return *this;
  }
  Words& operator<<(const Call& call) noexcept {
    *this << (call.callee != nullptr ? call.callee : "dhg");
    return *this;
  }
  void in(const Call& call) noexcept {
    if (call.function != nullptr)
      *this << " in " << call.function;
    else if (call.callee != nullptr)
      *this << " in a thread of its own";
  }
  void write() const noexcept { os::write_last_words({bytes_.data(), size_}); }

 private:
  std::array<char, 1024> bytes_{};
  std::size_t size_ = 0;
};

void tell_crash(int number) noexcept {
  const auto call = culprit();
  const char* name = sigabbrev_np(number);
  Words words;
  words << "dhg: " << call << " crashed";
  words.in(call);
  words << ": SIG" << (name != nullptr ? name : "?") << "\ndhg: this is a bug in "
        << (call.callee != nullptr ? "the plugin" : "dhg") << "\n";
  words.write();
}

// Where there is a handler further out, the stack is unwound, and this is not called.
void tell_exception() noexcept {
  const auto call = culprit();
  Words words;
  words << "dhg: " << call << ": an exception was caught by nobody";
  words.in(call);
  try {
    if (const auto thrown = std::current_exception()) std::rethrow_exception(thrown);
  } catch (const std::exception& exception) {
    words << ": " << exception.what();
  } catch (...) {
    words << ": of an unknown type";
  }
  words << "\n";
  words.write();
  os::end_process(text::kExitFailed);
}

void refuse(const Call& call) noexcept {
  Words words;
  words << "dhg: " << call << " ended the process";
  words.in(call);
  words << "\ndhg: this is a bug in the plugin\n";
  words.write();
  os::end_process(text::kExitFailed);
}

} // namespace

void have_last_words() {
  os::on_crash(tell_crash, text::kExitFailed);
  std::set_terminate(tell_exception);
  std::atexit(refuse_plugins_exit);
}

void end_is_expected() noexcept { expected = true; }

void refuse_plugins_exit() noexcept {
  if (expected || !os::is_own_process()) return;
  if (const auto call = culprit(); call.callee != nullptr) refuse(call);
}

void know_library(const char* callee, const std::filesystem::path& library) {
  static auto& mutex = *new std::mutex;
  const std::lock_guard lock(mutex);
  const auto range = os::range_of(library);
  if (range.end == 0) return;
  for (auto& known : libraries) {
    if (known.callee.load(std::memory_order_relaxed) != nullptr) {
      if (known.range.begin == range.begin) return;
      continue;
    }
    known.range = range;
    known.callee.store(callee, std::memory_order_release);
    return;
  }
}

} // namespace dhg::calls
