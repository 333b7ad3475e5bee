#pragma once

#include "dhg/page_server.hpp"
#include "dhg/result_channel.hpp"

namespace fixture {

/// A page server that works; what a fixture does not break is taken from here.
class Server : public dhg::PageServer {
 public:
  explicit Server(const dhg::Options& /*options*/) {}
  void on_fault(dhg::GuestMemory& memory, const dhg::PageFault& fault) override {
    (void)memory.install({fault.offset, dhg::kPageSize});
  }
};

/// A descriptor without fault, to be spoilt in one place.
constexpr dhg_plugin_descriptor good_descriptor(const char* name) {
  return {DHG_PLUGIN_MAGIC,
          sizeof(dhg_plugin_descriptor),
          DHG_ABI_MAJOR,
          DHG_ABI_MINOR,
          DHG_PAGE_SERVER,
          0,
          nullptr,
          name,
          "1.0",
          "A fixture of dhg's tests",
          DHG_CXX_ABI,
          0,
          0};
}

} // namespace fixture

#define FIXTURE_DESCRIPTOR(...)                           \
  extern "C" {                                            \
  DHG_API extern const dhg_plugin_descriptor dhg_plugin;  \
  const dhg_plugin_descriptor dhg_plugin = (__VA_ARGS__); \
  }

#define FIXTURE_FACTORY(...) \
  extern "C" DHG_API dhg::Plugin* dhg_create_plugin(const dhg::Options& options) { __VA_ARGS__ }

/// A library whose descriptor is wrong in one place. BREAK is a statement about `d`.
#define FIXTURE_BROKEN_DESCRIPTOR(NAME, BREAK)      \
  static constexpr dhg_plugin_descriptor broken() { \
    auto d = fixture::good_descriptor(NAME);        \
    BREAK;                                          \
    return d;                                       \
  }                                                 \
  FIXTURE_DESCRIPTOR(broken())                      \
  FIXTURE_FACTORY(return new fixture::Server(options);)
