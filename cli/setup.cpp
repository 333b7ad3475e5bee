#include "setup.hpp"

#include <cstdlib>

namespace dhg::cli {
namespace {

constexpr const char* kDefaultConfig = "fast.yaml";

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
}

std::optional<std::string> named_config(const po::variables_map& values) {
  return values.count("config") != 0 ? std::optional(values["config"].as<std::string>())
                                     : environment("DHG_CONFIG");
}

// Only a name that somebody gave is looked up in the current folder: whose files
// those are is not known.
std::filesystem::path config_path(const std::optional<std::string>& named,
                                  const std::filesystem::path& installed) {
  return named ? config::locate(*named, installed) : installed / kDefaultConfig;
}

} // namespace

void add_config_options(po::options_description& options) {
  options.add_options()(
      "config", po::value<std::string>()->value_name("FILE"),
      "YAML file, or the name of an installed one (default: $DHG_CONFIG, else fast.yaml)")(
      "set", po::value<std::vector<std::string>>()->value_name("KEY=VALUE")->composing(),
      "override one setting: page_server.plugin=lazy-4k")(
      "image", po::value<std::string>()->value_name("NAME"), "short for --set image=NAME")(
      "version", po::value<std::string>()->value_name("VERSION"),
      "short for --set version=VERSION: 41.1 (default: $DHG_VERSION, else the newest snapshot's)");
}

Setup make_setup(const po::variables_map& values, const os::Ear* ear) {
  Setup setup;
  setup.layout = run::installed_layout();
  const auto named = named_config(values);
  setup.raw = config::parse_file(config_path(named, setup.layout.configs), ear);
  config::apply_environment(setup.raw, environment);
  for (const auto& [flag, key] :
       {std::pair{"image", "image"}, std::pair{"version", "version"},
        std::pair{"page-server", "page_server.plugin"}, std::pair{"timeout", "run.timeout"}})
    if (values.count(flag) != 0)
      config::apply_flag(setup.raw, std::string("--") + flag, key, values[flag].as<std::string>());
  if (values.count("set") != 0)
    for (const auto& assignment : values["set"].as<std::vector<std::string>>())
      config::apply_set(setup.raw, assignment);
  setup.settings = config::validate(setup.raw);
  setup.settings.config = named.value_or("");
  return setup;
}

plugin::Registry make_registry(const run::Layout& layout) {
  plugin::Registry registry(layout.plugins, environment("DHG_PLUGIN_PATH").value_or(""));
  plugin::offer_to_plugins(registry);
  return registry;
}

snapshot::Store make_store(const os::Ear* ear) {
  return snapshot::Store(snapshot::cache_root(environment), ear);
}

} // namespace dhg::cli
