#include "fixture.hpp"

FIXTURE_BROKEN_DESCRIPTOR("other-abi-major", d.abi_major = DHG_ABI_MAJOR + 1)
