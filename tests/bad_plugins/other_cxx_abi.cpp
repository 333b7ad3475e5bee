#include "fixture.hpp"

FIXTURE_BROKEN_DESCRIPTOR("other-cxx-abi", d.cxx_abi = "gxx-abi-1002/libstdcxx-cxx11-0")
