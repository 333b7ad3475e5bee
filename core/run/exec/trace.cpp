#include "run/exec/trace.hpp"

#include <array>
#include <nlohmann/json.hpp>

namespace dhg::run {
namespace {

using memory::FaultLog;
using nlohmann::json;
using timing::Clock;
using timing::Track;

// The viewer shows a process as a group and a thread as a line in it. These are
// numbers of ours, for the guest has no process id here.
struct Line {
  Track track;
  int pid;
  int tid;
  const char* process;
  const char* thread;
};

constexpr std::array kLines{
    Line{Track::host, 1, 1, "dhg", "steps"}, Line{Track::memory, 1, 2, "dhg", "page server"},
    Line{Track::vmm, 2, 1, "VMM", "process"}, Line{Track::guest, 3, 1, "guest", "agent"}};

const Line& line_of(Track track) {
  for (const auto& line : kLines)
    if (line.track == track) return line;
  return kLines.front();
}

double microseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::micro>(duration).count();
}

class Writer {
 public:
  explicit Writer(Clock::time_point origin) : origin_(origin) {}

  void name_lines() {
    for (const auto& line : kLines) {
      add({{"ph", "M"},
           {"name", "process_name"},
           {"pid", line.pid},
           {"tid", line.tid},
           {"args", {{"name", line.process}}}});
      add({{"ph", "M"},
           {"name", "thread_name"},
           {"pid", line.pid},
           {"tid", line.tid},
           {"args", {{"name", line.thread}}}});
    }
  }

  void add(const timing::Span& span) {
    add(span.name, "phase", span.track, span.begin, span.end, json::object());
  }

  void add(const FaultLog::Event& event) {
    const bool fault = event.kind == FaultLog::Kind::fault;
    json args{{"copied_bytes", event.copied_bytes}, {"zeroed_bytes", event.zeroed_bytes}};
    if (fault) {
      args["offset"] = event.page.offset;
      args["write"] = event.page.write;
    }
    add(fault ? "fault" : "background", fault ? "fault" : "background", Track::memory, event.begin,
        event.end, std::move(args));
  }

  [[nodiscard]] std::string finish(const json& other) {
    return "{\"displayTimeUnit\": \"ms\",\n\"otherData\": " + dump(other) +
           ",\n\"traceEvents\": [\n" + events_ + "\n]}\n";
  }

 private:
  void add(std::string name, const char* category, Track track, Clock::time_point begin,
           Clock::time_point end, json args) {
    const auto& line = line_of(track);
    add({{"ph", "X"},
         {"name", std::move(name)},
         {"cat", category},
         {"pid", line.pid},
         {"tid", line.tid},
         {"ts", microseconds(begin - origin_)},
         {"dur", microseconds(end - begin)},
         {"args", std::move(args)}});
  }

  // One after the other: as one document they would take a hundred times the room.
  void add(const json& event) {
    if (!events_.empty()) events_ += ",\n";
    events_ += dump(event);
  }

  // A guest names its phases, and a plugin its failures, as they like.
  static std::string dump(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
  }

  Clock::time_point origin_;
  std::string events_;
};

} // namespace

std::string chrome_trace(const timing::Timeline& timeline, const FaultLog& log, const json& facts) {
  Writer writer(timeline.origin());
  writer.name_lines();
  // The page server's spans end before the first fault; so each line is in order.
  for (const auto& span : timeline.spans()) writer.add(span);
  for (const auto& event : log.events()) writer.add(event);
  return writer.finish({{"clock", "microseconds since dhg was started; CLOCK_MONOTONIC"},
                        {"events_dropped", log.dropped()},
                        {"run", facts}});
}

} // namespace dhg::run
