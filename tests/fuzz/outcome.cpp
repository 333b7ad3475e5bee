// The result of a run, as a result channel's guest half writes it.

#include "dhg/result_channel.hpp"
#include "fuzz.hpp"

#include <span>

using namespace dhg;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  CodeResult result;
  if (fuzz::accepts([&] { result = parse_outcome_json(std::as_bytes(std::span(data, size))); }))
    fuzz::require((result.outcome == Outcome::exception) == result.error.has_value());
  return 0;
}
