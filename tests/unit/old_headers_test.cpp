// A launcher that was built before requests got their last members works with the present
// core, and takes nothing from those that it does not know (docs/abi.md).

#include "config/settings.hpp"
#include "dhg/error.hpp"
#include "dhg/host.hpp"
#include "dhg/vm_launcher.hpp"
#include "plugin/loader.hpp"

#include <catch2/catch_all.hpp>

using namespace dhg;
using Catch::Matchers::Equals;

namespace {

constexpr MachineSpec kAskedMachine{UINT64_C(512) << 20, 3, Accelerator::kvm};

const BootRequest kAskedBoot{kAskedMachine, "/kernel", "/elf", "/initrd", "/rootfs", "/memory", 42};
const RestoreRequest kAskedRestore{
    kAskedMachine, "/rootfs", "/state", "/memory", 7, MemoryBacking::private_mapping, 42};

const std::string kAskedMachineText = "536870912 bytes, 3 vcpus, kvm; ";
const std::string kBootAnswer =
    kAskedMachineText + "/kernel /elf /initrd /rootfs /memory; console ";
const std::string kRestoreAnswer = kAskedMachineText + "/rootfs /state /memory 7 mapped; console ";

plugin::LoadedPlugin load_with(const std::string& age) {
  return plugin::load_library(std::filesystem::path(DHG_OLD_HEADERS_DIR) / (age + ".so"));
}

std::unique_ptr<VmLauncher> launcher_with(const std::string& age, const std::string& next = "") {
  const auto loaded = load_with(age);
  const auto& d = *loaded.descriptor;
  auto options = config::validate_options(nullptr, {d.options, d.option_count}, d.name);
  options.set("next", next);
  return plugin::create<VmLauncher>(loaded, options);
}

} // namespace

TEST_CASE("old headers: the launcher that was built with them takes requests to be smaller") {
  CHECK(load_with("old").descriptor->abi_minor == 2);
  CHECK_THAT(launcher_with("new")->fingerprint(), Equals(std::to_string(sizeof(BootRequest)) + " " +
                                                         std::to_string(sizeof(RestoreRequest))));
  CHECK(launcher_with("old")->fingerprint() != launcher_with("new")->fingerprint());
}

TEST_CASE("old headers: what a launcher knows of a request, it reads as it always did") {
  CHECK_THROWS_WITH(launcher_with("old")->boot(kAskedBoot), Equals(kBootAnswer + "not known"));
  CHECK_THROWS_WITH(launcher_with("old")->restore(kAskedRestore),
                    Equals(kRestoreAnswer + "not known"));
  CHECK_THROWS_WITH(launcher_with("new")->boot(kAskedBoot), Equals(kBootAnswer + "42"));
  CHECK_THROWS_WITH(launcher_with("new")->restore(kAskedRestore), Equals(kRestoreAnswer + "42"));
}

TEST_CASE("old headers: a request that is passed on arrives whole") {
  set_plugin_creator([](dhg_plugin_kind, const std::string& age) { return launcher_with(age); });
  CHECK_THROWS_WITH(launcher_with("old", "new")->boot(kAskedBoot), Equals(kBootAnswer + "42"));
  CHECK_THROWS_WITH(launcher_with("old", "new")->restore(kAskedRestore),
                    Equals(kRestoreAnswer + "42"));
  set_plugin_creator({});
}
