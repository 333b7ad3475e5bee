#pragma once

#include "dhg/export.h"
#include "dhg/options.hpp"
#include "dhg/plugin.h"

#include <array>
#include <cstdint>
#include <iterator>

namespace dhg {

/// Base class of every object that a plugin's factory creates. The core owns the object,
/// uses it on the threads that its interface names, and destroys it before the process
/// ends.
///
/// A call that throws, returns nonsense or does not return in time (30 s, unless its interface
/// or a deadline says otherwise) ends the run, and so does a plugin that crashes or ends the
/// process: with the plugin's kind and name, what it did, and exit code 125. When the user ends
/// the run, a call has 2 s to return.
class DHG_API Plugin {
 public:
  Plugin() = default;
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;
  virtual ~Plugin();
};

/// Signature of the exported `dhg_create_plugin`. The core calls it once it has accepted
/// the descriptor, with options that it has validated against the descriptor. The caller
/// owns the result. If the factory throws, the run ends with an error that names the plugin
/// and has the exception's text.
using PluginFactory = Plugin*(const Options& options);

/// For plugins without options.
inline constexpr std::array<dhg_option, 0> kNoOptions{};

/// What a page server declares of itself beside its interface. All of it is optional.
struct Traits {
  std::uint64_t bits = 0;        ///< of dhg_trait, or-ed
  std::uint64_t fault_bytes = 0; ///< what it installs around a fault, aligned; 0: it varies
};
inline constexpr Traits kNoTraits{};

} // namespace dhg

/// Defines both exported symbols of a plugin. CLASS must be constructible from
/// `const dhg::Options&`. OPTIONS is a constexpr array of `dhg_option`, or
/// `dhg::kNoOptions`.
///
///     DHG_PLUGIN(DHG_PAGE_SERVER, MyServer, "my-server", "1.0", "Installs ...", kOptions)
#define DHG_PLUGIN(KIND, CLASS, NAME, VERSION, DESCRIPTION, OPTIONS) \
  DHG_PLUGIN_WITH_TRAITS(KIND, CLASS, NAME, VERSION, DESCRIPTION, OPTIONS, dhg::kNoTraits)

/// The same, with a constexpr dhg::Traits.
#define DHG_PLUGIN_WITH_TRAITS(KIND, CLASS, NAME, VERSION, DESCRIPTION, OPTIONS, TRAITS) \
  extern "C" {                                                                           \
  DHG_API extern const dhg_plugin_descriptor dhg_plugin;                                 \
  const dhg_plugin_descriptor dhg_plugin = {DHG_PLUGIN_MAGIC,                            \
                                            sizeof(dhg_plugin_descriptor),               \
                                            DHG_ABI_MAJOR,                               \
                                            DHG_ABI_MINOR,                               \
                                            KIND,                                        \
                                            std::size(OPTIONS),                          \
                                            std::data(OPTIONS),                          \
                                            NAME,                                        \
                                            VERSION,                                     \
                                            DESCRIPTION,                                 \
                                            DHG_CXX_ABI,                                 \
                                            (TRAITS).fault_bytes,                        \
                                            (TRAITS).bits};                              \
  DHG_API dhg::Plugin* dhg_create_plugin(const dhg::Options& options) {                  \
    return new CLASS(options);                                                           \
  }                                                                                      \
  }
