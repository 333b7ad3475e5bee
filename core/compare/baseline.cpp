#include "compare/baseline.hpp"

#include "dhg/error.hpp"
#include "os/process.hpp"
#include "text/plain_name.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace dhg::compare {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uintmax_t kLargest = 256UL * 1024 * 1024;

[[noreturn]] void refuse(const std::string& name, const std::string& why) {
  throw Error(Blame::environment, fmt::format("baseline '{}' is damaged: {}", name, why),
              fmt::format("make it again with: --save-baseline {}", name));
}

class Reader {
 public:
  Reader(const std::string& name, const json& object) : name_(name), object_(object) {}

  template <class T>
  [[nodiscard]] T get(const char* member) const {
    const auto found = object_.find(member);
    if (found == object_.end()) refuse(name_, fmt::format("it has no '{}'", member));
    try {
      return found->template get<T>();
    } catch (const json::exception&) {
      refuse(name_, fmt::format("its '{}' has the wrong type", member));
    }
  }

 private:
  const std::string& name_;
  const json& object_;
};

Machine read_machine(const std::string& name, const json& object) {
  const Reader read(name, object);
  return {read.get<std::string>("cpu"),
          read.get<unsigned>("processors"),
          read.get<std::uint64_t>("memory_bytes"),
          read.get<std::string>("kernel"),
          read.get<std::string>("accelerator"),
          read.get<std::string>("dhg_version"),
          read.get<std::vector<std::string>>("vmm_versions")};
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
  return names;
}

} // namespace

fs::path BaselineStore::path(const std::string& name) const {
  if (!text::is_plain_name(name))
    throw Error(Blame::usage, fmt::format("'{}' is not a valid baseline name", name),
                "use letters, digits, '-', '_' and '.'");
  return folder_ / (name + ".json");
}

Baseline BaselineStore::load(const std::string& name) const {
  const auto file = path(name);
  std::error_code error;
  const auto size = fs::file_size(file, error);
  if (error) {
    const auto names = names_in(folder_);
    throw Error(Blame::usage, fmt::format("there is no baseline '{}'", name),
                names.empty() ? fmt::format("make it with: --save-baseline {}", name)
                              : fmt::format("there are: {}", fmt::join(names, ", ")));
  }
  if (size > kLargest) refuse(name, "it is too large");
  std::ifstream stream(file);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) throw Error(Blame::environment, fmt::format("cannot read '{}'", file.string()));
  return parse_baseline(name, text.str());
}

void BaselineStore::save(const std::string& name, std::string_view text) const {
  const auto file = path(name);
  fs::create_directories(folder_);
  const auto part = folder_ / fmt::format(".{}.{}.part", name, os::own_pid());
  {
    std::ofstream stream(part, std::ios::trunc);
    stream << text;
    stream.close();
    if (!stream) {
      fs::remove(part);
      throw Error(Blame::environment, fmt::format("cannot write '{}'", file.string()));
    }
  }
  fs::rename(part, file);
}

Baseline parse_baseline(const std::string& name, const std::string& text) {
  // Parsing is iterative in depth only as far as the library's own stack goes.
  constexpr int kDeepest = 16;
  bool too_deep = false;
  const auto document = json::parse(
      text,
      [&](int depth, json::parse_event_t, json&) {
        too_deep = too_deep || depth > kDeepest;
        return !too_deep;
      },
      false);
  if (too_deep || !document.is_object()) refuse(name, "it is not a JSON object");
  const Reader read(name, document);
  if (read.get<int>("format") != 1) refuse(name, "its format is that of another dhg");
  Baseline baseline{
      name, read.get<std::string>("began"), read_machine(name, read.get<json>("machine")), {}};
  for (const auto& run : read.get<std::vector<json>>("runs")) {
    const Reader of(name, run);
    const auto time = of.get<double>("wall_ms");
    if (!std::isfinite(time) || time <= 0) refuse(name, "a time in it is not valid");
    if (of.get<bool>("warm_up") || !of.get<json>("failure").is_null()) continue;
    baseline.times_ms[of.get<std::string>("variant")].push_back(time);
  }
  return baseline;
}

std::vector<BaselineResult> compare_with(const Baseline& baseline, const Measurement& measurement) {
  std::vector<BaselineResult> results;
  std::vector<double> p;
  for (std::size_t i = 0; i < measurement.variants.size(); ++i) {
    const auto& name = measurement.variants[i].name;
    const auto known = baseline.times_ms.find(name);
    if (known == baseline.times_ms.end()) continue;
    results.push_back(
        {name, stats::compare_samples(times_of(measurement, i), known->second, measurement.seed)});
    p.push_back(results.back().comparison.test.p);
  }
  const auto corrected = stats::holm(p);
  for (std::size_t i = 0; i < results.size(); ++i) results[i].comparison.p_corrected = corrected[i];
  return results;
}

} // namespace dhg::compare
