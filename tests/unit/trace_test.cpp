#include "run/exec/trace.hpp"

#include <catch2/catch_all.hpp>
#include <map>
#include <nlohmann/json.hpp>

using namespace std::chrono_literals;
using dhg::memory::FaultLog;
using dhg::timing::Clock;
using dhg::timing::Timeline;
using dhg::timing::Track;
using nlohmann::json;

TEST_CASE("trace: spans become complete events of the Chrome trace format") {
  const Clock::time_point origin{50s};
  Timeline timeline(origin);
  timeline.add({"launch", origin + 1ms, origin + 3ms});
  timeline.add({"handoff", origin + 2ms, origin + 5ms, Track::memory});
  timeline.add({"vmm", origin + 1ms, origin + 9ms, Track::vmm});
  timeline.add({"guest \xff run", origin + 6ms, origin + 8ms, Track::guest});
  const FaultLog log(10);
  const auto trace = json::parse(dhg::run::chrome_trace(timeline, log, {{"outcome", "ok"}}));

  CHECK(trace["otherData"]["run"]["outcome"] == "ok");
  CHECK(trace["otherData"]["events_dropped"] == 0);
  std::map<std::pair<int, int>, double> last;
  std::map<std::string, json> by_name;
  for (const auto& event : trace["traceEvents"]) {
    REQUIRE(event["pid"].is_number_integer());
    REQUIRE(event["tid"].is_number_integer());
    if (event["ph"] == "M") continue;
    REQUIRE(event["ph"] == "X");
    REQUIRE(event["cat"].is_string());
    REQUIRE(event["dur"] >= 0);
    auto& before = last[{event["pid"], event["tid"]}];
    CHECK(event["ts"] >= before);
    before = event["ts"];
    by_name[event["name"]] = event;
  }
  REQUIRE(by_name.size() == 4);
  CHECK(by_name["launch"]["ts"] == 1000);
  CHECK(by_name["launch"]["dur"] == 2000);
  CHECK(by_name["launch"]["pid"] == by_name["handoff"]["pid"]);
  CHECK(by_name["launch"]["tid"] != by_name["handoff"]["tid"]);
  CHECK(by_name["vmm"]["pid"] != by_name["guest \xEF\xBF\xBD run"]["pid"]);
}

TEST_CASE("trace: every track has a name") {
  const Timeline timeline;
  const FaultLog log(0);
  const auto trace = json::parse(dhg::run::chrome_trace(timeline, log, json::object()));
  int names = 0;
  for (const auto& event : trace["traceEvents"]) {
    CHECK(event["ph"] == "M");
    CHECK(event["args"]["name"].is_string());
    if (event["name"] == "thread_name") ++names;
  }
  CHECK(names == 4);
}
