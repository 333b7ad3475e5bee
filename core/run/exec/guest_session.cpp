#include "run/exec/guest_session.hpp"

#include "dhg/error.hpp"
#include "guest_link/request.hpp"
#include "os/descriptors.hpp"
#include "os/readiness.hpp"
#include "os/unix_socket.hpp"
#include "run/exec/program_input.hpp"

#include <array>
#include <csignal>
#include <string>

namespace dhg::run {
namespace {

using guest_link::Conversation;
using State = Conversation::State;

enum Slot : std::size_t { kAgent, kSignals, kVmm, kOut, kErr, kIn, kSlots };
using PollSet = std::array<pollfd, kSlots>;

PollSet base_set(const Watch& watch) {
  PollSet set;
  set.fill({-1, 0, 0});
  set[kSignals] = {watch.signals.fd(), POLLIN, 0};
  set[kVmm] = {watch.vmm, POLLIN, 0};
  return set;
}

// @return false at the deadline, also when there is always something to do
bool wait_for_any(PollSet& set, const std::optional<Deadline>& deadline) {
  if (deadline && *deadline <= std::chrono::steady_clock::now()) return false;
  return os::await_any(set, deadline);
}

// Reads what the guest has sent. @return false at the end of the stream
bool receive(int agent, Conversation& conversation) {
  std::array<std::byte, 128UL * 1024> buffer;
  const auto got = os::receive_now(agent, buffer);
  if (got && *got != 0) conversation.feed(std::span(buffer).first(*got));
  return got.has_value();
}

// @return false if the other end is gone
bool send_some(int agent, std::string_view& request) {
  const auto sent = os::send_now(agent, request);
  if (sent) request.remove_prefix(*sent);
  return sent.has_value();
}

// What is being sent: the request, then the program's input, and the word that the user wants
// an end.
class Outgoing {
 public:
  Outgoing(std::string_view request, ProgramInput& input) : request_(request), input_(input) {}
  [[nodiscard]] bool empty() const noexcept {
    return request_.empty() && word_.empty() && input_.pending().empty();
  }
  [[nodiscard]] std::size_t unsent() const noexcept { return request_.size(); }
  void interrupt() {
    interrupt_ = guest_link::encode_interrupt();
    word_ = interrupt_;
  }
  // @return false if the other end is gone
  bool send_to(int agent) {
    if (!request_.empty()) return send_some(agent, request_);
    if (!word_.empty() && !input_.in_the_middle()) return send_some(agent, word_);
    const auto sent = os::send_now(agent, input_.pending());
    input_.sent(sent.value_or(0));
    return sent.has_value();
  }

 private:
  std::string_view request_;
  ProgramInput& input_;
  std::string interrupt_;
  std::string_view word_;
};

bool over(const Conversation& conversation) {
  return conversation.state() == State::done || conversation.state() == State::exited;
}

} // namespace

ExchangeEnd await_readable(int fd, const Watch& watch) {
  for (;;) {
    auto set = base_set(watch);
    set[kAgent] = {fd, POLLIN, 0};
    if (!wait_for_any(set, watch.deadline)) return {Stopped::timeout};
    if (set[kSignals].revents != 0)
      if (const int signal = watch.signals.take(); signal != 0) return {Stopped::signal, signal};
    if (set[kAgent].revents != 0) return {};
    if (set[kVmm].revents != 0) return {Stopped::vm_ended};
  }
}

ExchangeEnd exchange(int agent, std::string_view request, Conversation& conversation,
                     PumpedSink& sink, const Watch& watch) {
  ExchangeEnd end;
  ProgramInput input(watch.input);
  Outgoing outgoing(request, input);
  end.unsent = outgoing.unsent();
  auto deadline = watch.deadline;
  bool closed = false; // the stream's end: that is how the VMM's death shows, after its last words
  const auto writing = [&] {
    return sink.pending(os::kStandardOutput) || sink.pending(os::kStandardError);
  };
  while ((!over(conversation) && !closed) || writing()) {
    auto set = base_set(watch);
    set[kVmm].fd = -1;
    if (!over(conversation) && !closed) {
      const auto events =
          static_cast<short>((sink.full() ? 0 : POLLIN) | (outgoing.empty() ? 0 : POLLOUT));
      if (events != 0) set[kAgent] = {agent, events, 0};
    }
    if (!over(conversation) && outgoing.unsent() == 0) set[kIn] = {input.source(), POLLIN, 0};
    if (sink.pending(os::kStandardOutput)) set[kOut] = {os::kStandardOutput, POLLOUT, 0};
    if (sink.pending(os::kStandardError)) set[kErr] = {os::kStandardError, POLLOUT, 0};

    if (!wait_for_any(set, deadline)) {
      end.stopped = deadline == watch.deadline ? Stopped::timeout : Stopped::signal;
      return end;
    }
    if (set[kSignals].revents != 0) {
      if (const int signal = watch.signals.take(); signal != 0) {
        const bool first = end.signal == 0;
        end.signal = signal;
        if (!first || signal != SIGINT || !watch.grace) {
          end.stopped = Stopped::signal;
          return end;
        }
        outgoing.interrupt();
        const auto latest = deadline_in(*watch.grace);
        if (!deadline || latest < *deadline) deadline = latest;
      }
    }
    for (const auto slot : {kOut, kErr}) {
      if (set[slot].revents != 0 && !sink.pump(set[slot].fd)) {
        end.stopped = Stopped::output_closed;
        return end;
      }
    }
    if (set[kIn].revents != 0) input.read();
    if ((set[kAgent].revents & POLLOUT) != 0) {
      end.request_begun = true;
      closed = !outgoing.send_to(agent);
      end.unsent = outgoing.unsent();
    }
    if ((set[kAgent].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
      try {
        closed = !receive(agent, conversation);
      } catch (const Error&) {
        if (end.signal == 0) throw;
        end.stopped = Stopped::signal; // what the agent was at was broken off, as was wanted
        return end;
      }
    }
    input.note(conversation.take_input_news());
  }
  if (!over(conversation)) end.stopped = Stopped::vm_ended;
  return end;
}

} // namespace dhg::run
