#include "fixture.hpp"

#include <array>

namespace {

constexpr std::array kOptions{
    dhg_option{"threads", DHG_OPTION_INT, "99", "1", "16", nullptr, "a number of threads"}};

} // namespace

DHG_PLUGIN(DHG_PAGE_SERVER, fixture::Server, "bad-option-default", "1.0",
           "A fixture of dhg's tests", kOptions)
