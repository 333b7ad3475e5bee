// Calls what no library defines: found at once, because dhg binds all symbols
// when it loads a plugin.

#include "fixture.hpp"

extern "C" void dhg_fixture_that_nobody_defines();

FIXTURE_DESCRIPTOR(fixture::good_descriptor("undefined-symbol"))
FIXTURE_FACTORY(dhg_fixture_that_nobody_defines(); return new fixture::Server(options);)
