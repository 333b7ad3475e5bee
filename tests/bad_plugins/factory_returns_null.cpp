#include "fixture.hpp"

FIXTURE_DESCRIPTOR(fixture::good_descriptor("factory-returns-null"))
FIXTURE_FACTORY((void)options; return nullptr;)
