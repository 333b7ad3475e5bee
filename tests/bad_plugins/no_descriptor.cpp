#include "fixture.hpp"

FIXTURE_FACTORY(return new fixture::Server(options);)
