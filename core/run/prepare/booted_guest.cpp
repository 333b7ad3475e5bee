#include "run/prepare/booted_guest.hpp"

#include "dhg/error.hpp"
#include "run/exec/guest_session.hpp"
#include "run/exec/patience.hpp"
#include "run/images/build_image.hpp"
#include "text/pass_lines.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace dhg::run {
namespace {

using namespace std::chrono_literals;
using guest_link::Conversation;

constexpr auto kConnectLimit = 60s;
constexpr auto kSignOfLife = 10s; // a wait longer than this is said to go on
constexpr guest_link::Conversation::Limits kLimits{1U << 20, 1U << 20};

double milliseconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
      .count();
}

void hear_during(Vm& vm, os::SignalFd& signals, const std::function<void()>& call) {
  const auto end = patiently({signals, vm.process_fd(), std::nullopt}, call);
  if (end.stopped == Stopped::signal) throw Interrupted{end.signal};
}

// Nobody there to answer is no reason not to hear the user.
UniqueFd connect(Vm& vm, os::SignalFd& signals) {
  UniqueFd agent;
  hear_during(vm, signals, [&] { agent = vm.connect_agent(deadline_in(kConnectLimit)); });
  return agent;
}

} // namespace

void LineSink::out(std::span<const std::byte> bytes) {
  begun_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  text::pass_lines(begun_, line_);
}

BootedGuest::BootedGuest(const VmLauncher& launcher, const BootRequest& request,
                         os::SignalFd& signals, std::function<void(std::string_view)> progress)
    : signals_(signals),
      progress_(std::move(progress)),
      sink_([this](std::string_view line) {
        if (listening_) progress_(line);
      }),
      conversation_(sink_, kLimits),
      vm_(launcher.boot(request)),
      agent_(connect(*vm_, signals_)) {}

void BootedGuest::wait_in(const std::function<void(Vm&)>& call) {
  hear_during(*vm_, signals_, [&] { call(*vm_); });
}

double BootedGuest::ask(const std::string& request, std::chrono::seconds limit, const char* what) {
  if (asked_) conversation_.next_request();
  asked_ = true;
  const auto begin = std::chrono::steady_clock::now();
  std::string_view unsent = request;
  for (;;) {
    const auto end =
        exchange(agent_.get(), unsent, conversation_, sink_,
                 {signals_, vm_->process_fd(),
                  std::min(begin + limit, std::chrono::steady_clock::now() + kSignOfLife)});
    if (end.stopped == Stopped::signal) throw Interrupted{end.signal};
    if (end.stopped == Stopped::vm_ended)
      throw Error(Blame::environment, fmt::format("{}: {}", what, vm_->describe_end()),
                  sink_.errors());
    if (end.stopped != Stopped::timeout) break;
    const auto waited = milliseconds_since(begin) / 1000;
    if (std::chrono::steady_clock::now() >= begin + limit)
      throw Error(Blame::environment, fmt::format("{} took longer than {} s", what, limit.count()),
                  sink_.errors());
    progress_(fmt::format("{}: {:.0f} s", what, waited));
    unsent = unsent.substr(unsent.size() - end.unsent);
  }
  if (conversation_.state() == Conversation::State::exited)
    throw Error(Blame::environment, fmt::format("{}: the guest's agent ended", what),
                sink_.errors());
  return milliseconds_since(begin);
}

} // namespace dhg::run
