#include "fixture.hpp"

FIXTURE_DESCRIPTOR(fixture::good_descriptor("factory-throws-int"))
FIXTURE_FACTORY((void)options; throw 42;)
