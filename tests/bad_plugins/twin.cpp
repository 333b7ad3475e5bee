// Built into two folders.

#include "fixture.hpp"

DHG_PLUGIN(DHG_PAGE_SERVER, fixture::Server, "twin", "1.0", "A fixture of dhg's tests",
           dhg::kNoOptions)
