#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <vector>

namespace dhg::timing {

using Clock = std::chrono::steady_clock;

/// Who is at work in a span. What is on one track does not overlap.
enum class Track { host, memory, vmm, guest };

/// "host", "memory", "vmm", "guest".
[[nodiscard]] const char* to_string(Track track) noexcept;

/// A phase of a run: what took from when to when.
struct Span {
  std::string name;
  Clock::time_point begin;
  Clock::time_point end;
  Track track = Track::host;
};

/// The spans of one run. `--verbose`, `--json` and everything else that shows
/// times reads these. Thread-safe.
class Timeline {
 public:
  explicit Timeline(Clock::time_point origin = Clock::now()) : origin_(origin) {}

  /// Records a span when it is ended or goes out of scope.
  class Running {
   public:
    Running(Timeline& timeline, std::string name, Track track)
        : timeline_(&timeline), name_(std::move(name)), begin_(Clock::now()), track_(track) {}
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() { end(); }
    void end();

   private:
    Timeline* timeline_;
    std::string name_;
    Clock::time_point begin_;
    Track track_;
  };

  [[nodiscard]] Running span(std::string name, Track track = Track::host) {
    return {*this, std::move(name), track};
  }
  void add(Span span);

  /// When the process began, as far as it knows; spans are shown relative to it.
  [[nodiscard]] Clock::time_point origin() const noexcept { return origin_; }
  /// Sorted by begin.
  [[nodiscard]] std::vector<Span> spans() const;

 private:
  const Clock::time_point origin_;
  mutable std::mutex mutex_;
  std::vector<Span> spans_;
};

} // namespace dhg::timing
