/// @file
/// The plugin boundary, in C.
///
/// A plugin is a shared object that exports two symbols: the descriptor below,
/// named `dhg_plugin`, and a factory, named `dhg_create_plugin`. After loading the
/// library, which runs the constructors of its static objects, the core checks the
/// descriptor field by field. Only then does it call the factory: a library that was
/// built for another version is refused with a clear message instead of crashing. C++
/// authors use the macros in `dhg/plugin.hpp`.

#ifndef DHG_PLUGIN_H
#define DHG_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#include <cstddef> // with libstdc++: defines the ABI macros used below
extern "C" {
#endif

/// "dhgplug\1" as a little-endian number. Distinguishes a dhg plugin from other
/// libraries that happen to export the same symbol.
#define DHG_PLUGIN_MAGIC UINT64_C(0x0167756c70676864)

/// The core refuses a plugin with another major number, because layouts or meanings have
/// changed, and one with a higher minor number than its own, because the plugin may need
/// features that the core lacks. It accepts a lower minor number.
#define DHG_ABI_MAJOR 1
#define DHG_ABI_MINOR 4

enum dhg_plugin_kind {
  DHG_PAGE_SERVER = 1,
  DHG_RESULT_CHANNEL = 2,
  DHG_VM_LAUNCHER = 3,
};

enum dhg_option_type {
  DHG_OPTION_BOOL = 1,   ///< true, false
  DHG_OPTION_INT = 2,    ///< a decimal integer
  DHG_OPTION_SIZE = 3,   ///< bytes, written as 4096, 64KiB, 2MiB, 1GiB
  DHG_OPTION_STRING = 4, ///< any text
  DHG_OPTION_ENUM = 5,   ///< one of `choices`
};

/// One option that a plugin understands. The core validates the user's value against this
/// declaration and reports the position of a wrong value in the YAML.
struct dhg_option {
  const char* name;          ///< lower-case letters, digits, '_'
  uint32_t type;             ///< enum dhg_option_type
  const char* default_value; ///< in the notation of the YAML file; never NULL
  const char* minimum;       ///< INT and SIZE: least value, or NULL
  const char* maximum;       ///< INT and SIZE: greatest value, or NULL
  const char* choices;       ///< ENUM: the values, separated by '|'; else NULL
  const char* description;   ///< one sentence for `dhg plugin info`
};

/// What a page server says of itself, so that `dhg explain` can suggest it and `dhg doctor` can
/// tell where it works. A bit each.
enum dhg_trait {
  DHG_TRAIT_LEARNS = 1,           ///< earlier runs make later ones faster
  DHG_TRAIT_NO_FAULTS = 2,        ///< maps the snapshot: works where userfaultfd is not permitted
  DHG_TRAIT_ATTACHES_AT_ONCE = 4, ///< copies nothing before the guest runs
};

/// All strings must stay valid while the library is loaded, which is until the process
/// ends: a plugin is never unloaded.
struct dhg_plugin_descriptor {
  uint64_t magic;       ///< DHG_PLUGIN_MAGIC
  uint32_t struct_size; ///< sizeof(struct dhg_plugin_descriptor)
  uint16_t abi_major;   ///< DHG_ABI_MAJOR
  uint16_t abi_minor;   ///< DHG_ABI_MINOR
  uint32_t kind;        ///< enum dhg_plugin_kind
  uint32_t option_count;
  const struct dhg_option* options; ///< an array of `option_count` options, or NULL
  const char* name;                 ///< lower-case letters, digits, '-'; unique within its kind
  const char* version;              ///< the plugin's own version
  const char* description;          ///< one sentence
  const char* cxx_abi;              ///< DHG_CXX_ABI of the compiler that built it
  // Since 1.3. The descriptor of a plugin that was built for less ends here.
  uint64_t fault_bytes; ///< page server: what it installs around a fault, aligned; 0: it varies
  uint64_t traits;      ///< of enum dhg_trait, or-ed; a bit that dhg does not know means nothing
};

#define DHG_STRINGIFY_(x) #x
#define DHG_STRINGIFY(x) DHG_STRINGIFY_(x)

/// Libraries with different C++ ABIs cannot exchange C++ objects.
#ifdef __cplusplus
#define DHG_CXX_ABI                                                              \
  "gxx-abi-" DHG_STRINGIFY(__GXX_ABI_VERSION) "/libstdcxx-cxx11-" DHG_STRINGIFY( \
      _GLIBCXX_USE_CXX11_ABI)
#endif

#ifdef __cplusplus
}
#endif

#endif
