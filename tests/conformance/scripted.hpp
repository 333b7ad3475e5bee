#pragma once

#include "dhg/page_server.hpp"

#include <functional>

namespace dhg::conformance {

/// Does what a test tells it; where it tells nothing, what is right.
class Scripted final : public PageServer {
 public:
  std::function<void(const PageSource&)> preloading;
  std::function<void(GuestMemory&)> attaching;
  std::function<void(GuestMemory&, const PageFault&)> faulting;
  std::function<bool(GuestMemory&)> idling;

  void preload(const PageSource& source) override {
    if (preloading) preloading(source);
  }
  void attach(GuestMemory& memory) override {
    if (attaching) attaching(memory);
  }
  void on_fault(GuestMemory& memory, const PageFault& fault) override {
    if (faulting) return faulting(memory, fault);
    (void)memory.install({fault.offset, kPageSize});
  }
  bool on_idle(GuestMemory& memory) override { return idling && idling(memory); }
};

/// Background work: all of the first region, `step` bytes at a time.
class AllInSteps {
 public:
  explicit AllInSteps(std::uint64_t step) : step_(step) {}
  bool operator()(GuestMemory& memory) {
    const auto part = intersect({next_, step_}, memory.regions().front());
    next_ = part.end();
    return part.length != 0 && memory.install(part);
  }

 private:
  const std::uint64_t step_;
  std::uint64_t next_ = 0;
};

} // namespace dhg::conformance
