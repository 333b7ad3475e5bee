#include "fixture.hpp"

FIXTURE_DESCRIPTOR(fixture::good_descriptor("no-factory"))
