// Exports the right name for something much smaller than a descriptor.

#include "dhg/export.h"

extern "C" {
DHG_API extern const int dhg_plugin;
const int dhg_plugin = 1;
}
