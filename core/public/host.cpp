#include "dhg/host.hpp"

#include "dhg/error.hpp"

#include <fmt/format.h>
#include <utility>

namespace dhg {
namespace {

constexpr int kDeepest = 8;
thread_local int depth = 0;

struct Depth {
  Depth() { ++depth; }
  ~Depth() { --depth; }
  Depth(const Depth&) = delete;
  Depth& operator=(const Depth&) = delete;
};

OptionedPluginCreator& creator() {
  static auto& instance = *new OptionedPluginCreator; // plugins may outlive static objects
  return instance;
}

} // namespace

std::unique_ptr<Plugin> create_plugin(dhg_plugin_kind kind, const std::string& name_or_path) {
  return create_plugin(kind, name_or_path, OptionTexts{});
}

std::unique_ptr<Plugin> create_plugin(dhg_plugin_kind kind, const std::string& name_or_path,
                                      const OptionTexts& options) {
  if (!creator())
    throw Error(
        Blame::environment,
        fmt::format("a plugin asked for the plugin '{}', but this program cannot create plugins",
                    name_or_path),
        "run it with dhg, or call dhg::set_plugin_creator() first");
  const Depth here;
  if (depth > kDeepest)
    throw Error(
        Blame::environment,
        fmt::format("plugins wrap each other in a circle: '{}' was requested again", name_or_path),
        "make one of them wrap a different plugin");
  return creator()(kind, name_or_path, options);
}

void set_optioned_plugin_creator(OptionedPluginCreator new_creator) {
  creator() = std::move(new_creator);
}

void set_plugin_creator(PluginCreator new_creator) {
  if (!new_creator) return set_optioned_plugin_creator({});
  set_optioned_plugin_creator([create = std::move(new_creator)](dhg_plugin_kind kind,
                                                                const std::string& name_or_path,
                                                                const OptionTexts& options) {
    if (!options.empty())
      throw Error(Blame::environment,
                  fmt::format("a plugin asked for the plugin '{}' with options, but this program "
                              "creates plugins with default options only",
                              name_or_path),
                  "run it with dhg, or call dhg::set_optioned_plugin_creator() first");
    return create(kind, name_or_path);
  });
}

} // namespace dhg
