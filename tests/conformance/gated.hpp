#pragma once

#include "dhg/page_server.hpp"

#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <utility>

namespace dhg::conformance {

/// A page server under test that is held at a point of the test's choice, so that
/// the guest and the kernel get ahead of it.
class Gated final : public PageServer {
 public:
  enum class Point { attach, fault, idle };

  Gated(std::shared_ptr<PageServer> server, Point point)
      : server_(std::move(server)), point_(point) {}

  /// Lets it go on, for good.
  void open() {
    if (!std::exchange(opened_, true)) gate_.set_value();
  }
  /// Returns once it is held. @throws std::runtime_error if it does not get there in time
  void await_held() {
    using namespace std::chrono_literals;
    if (held_.get_future().wait_for(10s) == std::future_status::ready) return;
    open();
    throw std::runtime_error(
        "the page server was not asked within 10 s to do what the rule is about");
  }

  [[nodiscard]] MemoryBacking backing() const noexcept override { return server_->backing(); }
  void preload(const PageSource& source) override { server_->preload(source); }
  void attach(GuestMemory& memory) override {
    if (point_ == Point::attach) hold();
    server_->attach(memory);
  }
  void on_fault(GuestMemory& memory, const PageFault& fault) override {
    if (point_ == Point::fault) hold();
    server_->on_fault(memory, fault);
  }
  bool on_idle(GuestMemory& memory) override {
    // What it copies ahead of the fault cannot be faulted on.
    if (point_ == Point::fault && !was_held_) return false;
    if (point_ == Point::idle) hold();
    return server_->on_idle(memory);
  }

 private:
  void hold() {
    if (!std::exchange(was_held_, true)) held_.set_value();
    opening_.wait();
  }

  const std::shared_ptr<PageServer> server_;
  const Point point_;
  bool opened_ = false;
  bool was_held_ = false;
  std::promise<void> held_;
  std::promise<void> gate_;
  std::shared_future<void> opening_ = gate_.get_future().share();
};

} // namespace dhg::conformance
