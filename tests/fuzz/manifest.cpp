// A snapshot's manifest, as it is found on disk.

#include "snapshot/manifest.hpp"
#include "fuzz.hpp"

using namespace dhg;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  snapshot::Manifest manifest;
  if (!fuzz::accepts([&] { manifest = snapshot::parse_manifest(fuzz::text_of(data, size)); }))
    return 0;
  for (const auto& file : manifest.files)
    fuzz::require(file.name.find('/') == std::string::npos && file.name != ".." &&
                  file.name != ".");
  // What was read can be written, and means the same then.
  const auto text = to_json(manifest);
  fuzz::require(to_json(snapshot::parse_manifest(text)) == text);
  return 0;
}
