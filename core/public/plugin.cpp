#include "dhg/plugin.hpp"

namespace dhg {

// The key function: the type information of Plugin is here and nowhere else.
Plugin::~Plugin() = default;

} // namespace dhg
