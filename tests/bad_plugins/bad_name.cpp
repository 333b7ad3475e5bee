#include "fixture.hpp"

FIXTURE_BROKEN_DESCRIPTOR("Bad Name", (void)d)
