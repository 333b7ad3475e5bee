#include "plugin/descriptor.hpp"

#include "plugin/descriptor_text.hpp"
#include "plugin/kind.hpp"
#include "plugin/option_declarations.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace dhg::plugin {
namespace {

constexpr std::uint32_t kMaxOptions = 256;
constexpr std::uint16_t kTraitsSince = 3;
constexpr const char* kRebuild = "rebuild the plugin against the headers of this dhg";

// What every version of the descriptor begins with.
struct Header {
  std::uint64_t magic;
  std::uint32_t struct_size;
  std::uint16_t abi_major;
  std::uint16_t abi_minor;
};
static_assert(offsetof(dhg_plugin_descriptor, magic) == offsetof(Header, magic));
static_assert(offsetof(dhg_plugin_descriptor, struct_size) == offsetof(Header, struct_size));
static_assert(offsetof(dhg_plugin_descriptor, abi_major) == offsetof(Header, abi_major));
static_assert(offsetof(dhg_plugin_descriptor, abi_minor) == offsetof(Header, abi_minor));

void check_header(std::span<const std::byte> symbol, const std::filesystem::path& library) {
  if (symbol.size() < sizeof(Header))
    refuse_plugin(library,
                  fmt::format("its symbol 'dhg_plugin' has {} bytes, too few for a descriptor",
                              symbol.size()),
                  "define the descriptor with the macro DHG_PLUGIN of dhg/plugin.hpp");
  Header header{};
  std::memcpy(&header, symbol.data(), sizeof header);

  if (header.magic != DHG_PLUGIN_MAGIC)
    refuse_plugin(
        library,
        fmt::format("its symbol 'dhg_plugin' is not a dhg plugin descriptor: magic number "
                    "{:#018x}, expected {:#018x}",
                    header.magic, DHG_PLUGIN_MAGIC),
        "name a library that was made as a plugin for dhg");
  if (header.abi_major != DHG_ABI_MAJOR)
    refuse_plugin(library,
                  fmt::format("built for ABI {}.{}, this dhg speaks {}.{}", header.abi_major,
                              header.abi_minor, DHG_ABI_MAJOR, DHG_ABI_MINOR),
                  kRebuild);
  if (header.abi_minor > DHG_ABI_MINOR)
    refuse_plugin(library,
                  fmt::format("built for ABI {}.{}, newer than the {}.{} of this dhg: it may need "
                              "features that this one lacks",
                              header.abi_major, header.abi_minor, DHG_ABI_MAJOR, DHG_ABI_MINOR),
                  "update dhg, or rebuild the plugin against the headers of this dhg");
  // It grows at its end, and is read as far as it went when the plugin was built.
  const auto expected = header.abi_minor < kTraitsSince
                            ? offsetof(dhg_plugin_descriptor, fault_bytes)
                            : sizeof(dhg_plugin_descriptor);
  if (header.struct_size < expected || symbol.size() < expected)
    refuse_plugin(library,
                  fmt::format("its descriptor is too short: {} bytes by its own account, {} in the "
                              "library, expected at least {}",
                              header.struct_size, symbol.size(), expected),
                  kRebuild);
}

void check_cxx_abi(const char* theirs, const std::filesystem::path& library) {
  const auto abi = read_text(theirs, "C++ ABI", kMaxName, library);
  if (abi != DHG_CXX_ABI)
    refuse_plugin(library,
                  fmt::format("its C++ ABI is '{}', that of this dhg '{}'", abi, DHG_CXX_ABI),
                  "rebuild the plugin with the compiler and the flags that dhg was built with");
}

void check_name(const char* text, const std::filesystem::path& library) {
  const auto name = read_text(text, "name", kMaxName, library);
  if (!is_plugin_name(name))
    refuse_plugin(library,
                  fmt::format("its name '{}' is not valid: a name consists of lower-case letters, "
                              "digits and '-'",
                              name),
                  "rename it in the plugin's source, for example to 'my-plugin'");
}

} // namespace

bool is_plugin_name(std::string_view name) noexcept {
  const auto valid = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return !name.empty() && name.size() <= kMaxName && std::all_of(name.begin(), name.end(), valid);
}

const dhg_plugin_descriptor& check_descriptor(std::span<const std::byte> symbol,
                                              const std::filesystem::path& library) {
  check_header(symbol, library);
  if (reinterpret_cast<std::uintptr_t>(symbol.data()) % alignof(dhg_plugin_descriptor) != 0)
    refuse_plugin(library, "its descriptor is not aligned", kRebuild);
  const auto& found = *reinterpret_cast<const dhg_plugin_descriptor*>(symbol.data());

  if (std::find(kAllKinds.begin(), kAllKinds.end(), found.kind) == kAllKinds.end())
    refuse_plugin(library,
                  fmt::format("its kind is {}, which this dhg does not know: it knows {} (page "
                              "server), {} (result channel) and {} (VM launcher)",
                              found.kind, +DHG_PAGE_SERVER, +DHG_RESULT_CHANNEL, +DHG_VM_LAUNCHER),
                  "correct the kind in the plugin's source, or update dhg");
  check_cxx_abi(found.cxx_abi, library);
  check_name(found.name, library);
  (void)read_text(found.version, "version", kMaxName, library);
  (void)read_text(found.description, "description", kMaxText, library);

  if (found.option_count > kMaxOptions)
    refuse_plugin(library,
                  fmt::format("it declares {} options, at most {} are allowed", found.option_count,
                              kMaxOptions),
                  "correct option_count in the plugin's source");
  if (found.option_count > 0 && found.options == nullptr)
    refuse_plugin(
        library,
        fmt::format("it declares {} options, but its list of options is NULL", found.option_count),
        "correct the list or option_count in the plugin's source");
  check_option_declarations({found.options, found.option_count}, found.name, library);
  return found;
}

Traits traits_of(const dhg_plugin_descriptor& descriptor) noexcept {
  if (descriptor.abi_minor < kTraitsSince) return kNoTraits;
  return {descriptor.traits, descriptor.fault_bytes};
}

} // namespace dhg::plugin
