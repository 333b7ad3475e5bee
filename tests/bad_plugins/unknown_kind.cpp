#include "fixture.hpp"

FIXTURE_BROKEN_DESCRIPTOR("unknown-kind", d.kind = 77)
