#include "compare/preflight.hpp"

#include "dhg/error.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace dhg::compare {
namespace {

void add_once(std::vector<std::string>& list, const std::string& text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
}

void note(const VariantFacts& facts, Machine& machine) {
  if (machine.accelerator.find(facts.accelerator) == std::string::npos)
    machine.accelerator += (machine.accelerator.empty() ? "" : ", ") + facts.accelerator;
  add_once(machine.vmm_versions, facts.vmm_version);
}

} // namespace

std::vector<VariantFacts> check_variants(Measurement& measurement, const VariantCheck& check) {
  std::vector<VariantFacts> all;
  for (const auto& variant : measurement.variants) {
    if (variant.external) {
      all.emplace_back();
      continue;
    }
    try {
      auto facts = check(variant.settings);
      note(facts, measurement.machine);
      if (!facts.substitution.empty())
        measurement.notes.push_back(
            fmt::format("variant '{}' uses {}", variant.name, facts.substitution));
      all.push_back(std::move(facts));
    } catch (const Error& error) {
      throw Error(error.blame(), fmt::format("variant '{}': {}", variant.name, error.what()),
                  error.hint());
    }
  }
  return all;
}

} // namespace dhg::compare
