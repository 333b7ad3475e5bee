#include "fixture.hpp"

#include "dhg/error.hpp"

FIXTURE_DESCRIPTOR(fixture::good_descriptor("factory-throws-error"))
FIXTURE_FACTORY((void)options;
                throw dhg::Error(dhg::Blame::usage, "no moon tonight", "wait for the moon");)
