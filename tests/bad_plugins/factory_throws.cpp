#include "fixture.hpp"

#include <stdexcept>

FIXTURE_DESCRIPTOR(fixture::good_descriptor("factory-throws"))
FIXTURE_FACTORY((void)options; throw std::runtime_error("no moon tonight");)
