#pragma once

#include "guest_link/frames.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dhg::guest_link {

/// Where a run's output goes, as it comes.
class OutputSink {
 public:
  OutputSink() = default;
  OutputSink(const OutputSink&) = delete;
  OutputSink& operator=(const OutputSink&) = delete;
  virtual ~OutputSink() = default;
  virtual void out(std::span<const std::byte> bytes) = 0;
  virtual void err(std::span<const std::byte> bytes) = 0;
};

/// How the guest's agent process ended, by the word of its init.
struct AgentExit {
  bool by_signal = false;
  bool out_of_memory = false; ///< the guest's kernel needed the memory: signal 9
  int status = 0;             ///< exit status 0..255, or the signal's number
};

/// When a request arrived and when its answer was ready, by a guest's own clock,
/// which runs evenly and began at any time.
struct GuestTimes {
  std::chrono::nanoseconds received{};
  std::chrono::nanoseconds answered{};
};

/// What became of the input that a program was sent.
struct InputNews {
  std::uint64_t taken = 0; ///< bytes that a pipe has taken for it
  bool refused = false;    ///< nobody reads there any more
};

/// The host's side of the protocol after the request is sent: takes bytes, knows
/// what they mean and when the exchange is over. Does no I/O.
class Conversation {
 public:
  struct Limits {
    std::uint64_t output = 0; ///< bytes, stdout and stderr together
    std::uint64_t result = 0; ///< bytes
  };

  enum class State {
    greeting, ///< the guest's HELLO is still to come
    running,
    leaving, ///< DONE came, and the agent's process is on its way out: output may follow
    done,    ///< DONE or QUIESCED: the answer is complete
    exited,  ///< the agent process ended
  };

  Conversation(OutputSink& sink, Limits limits) : sink_(sink), limits_(limits) {}

  /// @throws Error if the guest breaks the protocol or a limit, speaks another
  ///   version of it, or reports that it could not do what was asked.
  void feed(std::span<const std::byte> bytes);
  /// Another request follows on the same connection.
  void next_request();

  [[nodiscard]] State state() const noexcept { return state_; }
  [[nodiscard]] const std::vector<std::byte>& result() const noexcept { return result_; }
  [[nodiscard]] const AgentExit& agent_exit() const noexcept { return exit_; }
  /// Since it was last asked for.
  [[nodiscard]] InputNews take_input_news() noexcept { return std::exchange(input_news_, {}); }
  /// Whether DONE came before the process ended: there is a result.
  [[nodiscard]] bool has_result() const noexcept { return has_result_; }
  /// A phase of the guest's own, and how long it took.
  using Phase = std::pair<std::string, std::chrono::nanoseconds>;
  /// In the order in which the guest tells them.
  [[nodiscard]] const std::vector<Phase>& phases() const noexcept { return phases_; }
  /// Nothing if the guest does not tell.
  [[nodiscard]] const std::optional<GuestTimes>& clock() const noexcept { return clock_; }
  [[nodiscard]] const std::string& agent_version() const noexcept { return agent_version_; }
  [[nodiscard]] const std::string& python_version() const noexcept { return python_version_; }
  /// After QUIESCED: the memory that the guest uses for nothing, in bytes.
  [[nodiscard]] std::uint64_t free_bytes() const noexcept { return free_bytes_; }
  /// After an Error of the guest's own: whether code of the user's may have begun by then.
  [[nodiscard]] bool may_have_begun() const noexcept { return may_have_begun_; }
  /// What the guest could not do before a snapshot, by its own account.
  [[nodiscard]] const std::vector<std::string>& skipped() const noexcept { return skipped_; }

 private:
  void handle(const Frame& frame);
  void greet(const Frame& frame);
  void finish(const Frame& frame);
  void count_output(std::size_t bytes);

  OutputSink& sink_;
  const Limits limits_;
  State state_ = State::greeting;
  FrameDecoder decoder_;
  std::uint64_t output_bytes_ = 0;
  std::vector<std::byte> result_;
  std::vector<Phase> phases_;
  std::optional<GuestTimes> clock_;
  std::string agent_version_;
  std::string python_version_;
  std::vector<std::string> skipped_;
  std::uint64_t free_bytes_ = 0;
  AgentExit exit_;
  bool has_result_ = false;
  bool may_have_begun_ = true;
  InputNews input_news_;
};

} // namespace dhg::guest_link
