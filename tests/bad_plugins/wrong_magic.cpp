#include "fixture.hpp"

FIXTURE_BROKEN_DESCRIPTOR("wrong-magic", d.magic = 0x0123456789abcdef)
