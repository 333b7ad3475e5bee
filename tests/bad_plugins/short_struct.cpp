#include "fixture.hpp"

FIXTURE_BROKEN_DESCRIPTOR("short-struct", d.struct_size = 40)
