// What page servers have learnt: it lies beside the snapshots.

#include "age.hpp"
#include "command.hpp"
#include "setup.hpp"

#include "dhg/error.hpp"
#include "text/near_names.hpp"
#include "text/utf8.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>

namespace dhg::cli {
namespace {

using nlohmann::json;
using snapshot::KeptNotes;
using Names = std::vector<std::string>;

std::string given(const po::variables_map& values, const char* option) {
  return values.count(option) != 0 ? values[option].as<std::string>() : std::string();
}

void add_selection(Usage& usage, const char* page_server) {
  usage.options.add_options()("page-server", po::value<std::string>()->value_name("NAME"),
                              page_server)(
      "snapshot", po::value<std::string>()->value_name("NAME"),
      "only those of this snapshot (dhg vm status lists them)");
}

// Those that --snapshot names, or all.
Names chosen_snapshots(const snapshot::Store& store, const po::variables_map& values) {
  auto names = store.names();
  std::sort(names.begin(), names.end());
  const auto wanted = given(values, "snapshot");
  if (values.count("snapshot") == 0) return names;
  if (std::find(names.begin(), names.end(), wanted) != names.end()) return {wanted};
  const auto near = text::near_names(wanted, names);
  throw Error(Blame::usage,
              fmt::format("there is no snapshot '{}' in {}", text::printable(wanted),
                          store.root().string()),
              near.empty() ? "dhg vm status lists the snapshots"
                           : fmt::format("did you mean '{}'?", fmt::join(near, "' or '")));
}

Usage notes_usage() {
  Usage usage;
  usage.about =
      "Lists the notes in which page servers keep what they learn from runs, by\n"
      "snapshot. 'dhg vm forget' removes them.";
  add_selection(usage, "only those of this page server");
  usage.options.add_options()("json", "print one JSON object");
  return usage;
}

json to_json(const KeptNotes& notes) {
  return {{"page_server", notes.page_server},
          {"version", notes.version ? json(*notes.version) : json()},
          {"path", notes.path.string()},
          {"bytes", notes.bytes},
          {"written", notes.written},
          {"used", notes.version.has_value()}};
}

void print(const KeptNotes& notes) {
  std::cout << fmt::format("    {}{}: {} bytes, written {} ({} ago){}\n", notes.page_server,
                           notes.version ? " " + text::printable(*notes.version) : "", notes.bytes,
                           notes.written, age_of(notes.written),
                           notes.version ? ""
                                         : "; not used: damaged, of an older dhg, or of another "
                                           "state of the snapshot");
}

int list_notes(const Invocation& invocation) {
  const auto& values = invocation.values;
  const bool as_json = values.count("json") != 0;
  const auto page_server = given(values, "page-server");
  const auto store = make_store();
  json all = json::array();
  bool any = false;
  for (const auto& name : chosen_snapshots(store, values)) {
    json of_snapshot = json::array();
    bool first = true;
    for (const auto& notes : store.notes(name)) {
      if (values.count("page-server") != 0 && notes.page_server != page_server) continue;
      any = true;
      if (as_json) {
        of_snapshot.push_back(to_json(notes));
        continue;
      }
      if (first) std::cout << name << '\n';
      first = false;
      print(notes);
    }
    all.push_back({{"name", name}, {"notes", std::move(of_snapshot)}});
  }
  if (as_json)
    std::cout << json{{"cache", store.root().string()}, {"snapshots", std::move(all)}}.dump(
                     2, ' ', false, json::error_handler_t::replace)
              << '\n';
  else if (!any)
    std::cout << "no notes\n";
  return 0;
}

Usage forget_usage() {
  Usage usage;
  usage.about =
      "Removes what page servers have learnt: they learn anew from the next runs. Runs\n"
      "that are under way are not affected, and do not bring it back.";
  add_selection(usage, "forget what this page server has learnt");
  usage.options.add_options()("all", "forget what every page server has learnt");
  return usage;
}

// Which page servers have notes of these snapshots, in words.
std::string who_has_notes(const snapshot::Store& store, const Names& snapshots) {
  std::set<std::string> names;
  for (const auto& snapshot : snapshots)
    for (const auto& notes : store.notes(snapshot)) names.insert(notes.page_server);
  return names.empty() ? "no page server has any"
                       : fmt::format("there are notes of {}", fmt::join(names, ", "));
}

int forget(const Invocation& invocation) {
  const auto& values = invocation.values;
  const auto page_server = given(values, "page-server");
  if (page_server.empty() == (values.count("all") == 0))
    throw Error(Blame::usage, "whose notes to forget: give either --page-server NAME or --all",
                "'dhg vm notes' lists them");
  const auto store = make_store();
  const auto snapshots = chosen_snapshots(store, values);
  std::size_t forgotten = 0;
  for (const auto& name : snapshots)
    for (const auto& notes : store.forget(name, page_server)) {
      ++forgotten;
      std::cout << fmt::format("forgotten: the notes of {} about {}\n", notes.page_server, name);
    }
  if (forgotten == 0)
    std::cout << fmt::format("nothing to forget: {}\n", who_has_notes(store, snapshots));
  return 0;
}

} // namespace

const Command vm_notes_command{"vm notes", "list what page servers have learnt", notes_usage,
                               list_notes};
const Command vm_forget_command{"vm forget", "remove what page servers have learnt", forget_usage,
                                forget};

} // namespace dhg::cli
