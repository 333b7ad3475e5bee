#include "fixture.hpp"

FIXTURE_BROKEN_DESCRIPTOR("newer-abi-minor", d.abi_minor = DHG_ABI_MINOR + 1)
