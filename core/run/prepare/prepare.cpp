#include "run/prepare/prepare.hpp"

#include "dhg/architecture.hpp"
#include "dhg/error.hpp"
#include "dhg/result_channel.hpp"
#include "guest_link/request.hpp"
#include "os/descriptors.hpp"
#include "os/file.hpp"
#include "os/process.hpp"
#include "run/images/build_image.hpp"
#include "run/images/recipe.hpp"
#include "run/plugins.hpp"
#include "run/prepare/booted_guest.hpp"
#include "run/prepare/images.hpp"
#include "run/prepare/warm_up.hpp"
#include "snapshot/digest.hpp"
#include "snapshot/holes.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <chrono>

namespace dhg::run {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr auto kBootLimit = 180s;   // 5 s under TCG on an idle machine
constexpr auto kSetupLimit = 1800s; // a Deephaven server: 100 s there
constexpr auto kStepLimit = 60s;
constexpr auto kSaveLimit = 120s;
constexpr auto kBalloonLimit = 120s;
// What the guest keeps free. Less than its kernel's watermarks, which grow with its
// memory, and it would drop the pages of running code to get there.
std::uint64_t headroom(std::uint64_t memory_bytes) {
  return (UINT64_C(32) << 20) + memory_bytes / 32;
}

constexpr std::uint64_t kLeftAlone = UINT64_C(24) << 20;

// A hole shorter than this is not worth an extent of its own.
constexpr std::uint64_t kLeastHole = 16 * 1024;

double mebibytes(std::uint64_t bytes) { return static_cast<double>(bytes) / (1024.0 * 1024.0); }

void say(const PrepareContext& context, const std::string& line) { context.progress(line); }

// The memory of a guest that is booted. Not a file on a disk: what the guest writes
// would be written there again and again, while all that counts is its last state.
class GuestMemoryFile {
 public:
  explicit GuestMemoryFile(std::uint64_t bytes) : fd_(os::make_memory_file("dhg-guest-memory")) {
    if (!os::set_size(fd_.get(), bytes))
      throw system_error(errno, "cannot create the guest's memory");
  }
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  /// For the VMM, which opens it.
  [[nodiscard]] fs::path path() const {
    return fmt::format("/proc/{}/fd/{}", os::own_pid(), fd_.get());
  }
  [[nodiscard]] std::uint64_t allocated_bytes() const {
    const auto info = os::examine(fd_.get());
    if (!info) throw system_error(errno, "cannot measure guest memory");
    return info->allocated_bytes;
  }
  void write_to(const fs::path& target, const os::Ear& ear) const {
    const auto file = os::create_file(target);
    if (!file) throw system_error(errno, fmt::format("cannot create '{}'", target.string()));
    snapshot::copy_data(fd_.get(), file.get(), &ear);
  }

 private:
  UniqueFd fd_;
};

// Inflated, the balloon punches what the guest uses for nothing out of the memory
// file; deflated again, the guest has it back, untouched.
void give_memory_back(BootedGuest& guest, std::uint64_t memory_bytes) {
  const auto free = guest.conversation().free_bytes();
  const auto keep = headroom(memory_bytes);
  if (free <= keep || free > memory_bytes) return;
  const auto set_target = [&](std::uint64_t bytes) {
    guest.wait_in([&](Vm& vm) { vm.set_memory_target(bytes, deadline_in(kBalloonLimit)); });
  };
  set_target((memory_bytes - free + keep) >> 20 << 20);
  // What is left is free as well, but still holds what was there. Not all of it may be
  // asked for, for the reason above.
  guest.ask(guest_link::encode_quiesce(keep - kLeftAlone), kStepLimit,
            "overwriting the guest's free memory");
  set_target(memory_bytes);
}

// What a snapshot is made of, chosen before anything is built or booted.
struct Plan {
  Recipe recipe;
  JvmArgs jvm;
  snapshot::SnapshotKey key;
  ActivePlugin<VmLauncher> launcher;
  std::vector<ActivePlugin<ResultChannel>> channels; // to warm up
  std::vector<WarmUpProgram> warm_up;
  MachineSpec machine;
};

// The recipe's channels, and the one that runs will use.
std::vector<ActivePlugin<ResultChannel>> channels_to_warm_up(const PrepareContext& context,
                                                             const Recipe& recipe) {
  std::vector<ActivePlugin<ResultChannel>> channels;
  for (const auto& name : recipe.channels)
    channels.push_back(
        activate<ResultChannel>(context.registry, DHG_RESULT_CHANNEL, {name, std::nullopt}));
  auto chosen = activate<ResultChannel>(context.registry, DHG_RESULT_CHANNEL,
                                        context.settings.result_channel);
  const auto same = std::find_if(channels.begin(), channels.end(),
                                 [&](const auto& channel) { return channel.name == chosen.name; });
  if (same == channels.end()) {
    channels.push_back(std::move(chosen));
  } else {
    *same = std::move(chosen); // with its options
  }
  return channels;
}

Plan make_plan(const std::string& warm_up, const PrepareContext& context) {
  Plan plan;
  const auto& settings = context.settings;
  plan.recipe = load_recipe(context.layout.images, settings.image, settings.image_origin);
  plan.jvm = choose_jvm_args(plan.recipe, settings);
  plan.launcher = activate<VmLauncher>(context.registry, DHG_VM_LAUNCHER, settings.launcher);
  plan.channels = channels_to_warm_up(context, plan.recipe);
  plan.warm_up = choose_warm_up(plan.recipe, warm_up);
  plan.key = snapshot_key(plan.recipe, settings, plan.launcher.name, plan.launcher.changed_options);
  if (plan.key.version.empty()) plan.key.version = plan.recipe.default_version;
  require_met(plan.launcher.object->requirements(Purpose::boot));
  plan.machine = {plan.key.memory_bytes, plan.key.vcpus,
                  plan.launcher.object->choose_accelerator()};
  return plan;
}

void bring_up(const PrepareContext& context, const Plan& plan, BootedGuest& guest) {
  const auto boot = guest.ask(guest_link::encode_hello() + guest_link::encode_setup({}), kBootLimit,
                              "booting the guest");
  say(context, fmt::format("boot: {:.1f} s", boot / 1000));
  guest.listen(true);
  const auto setup = guest.ask(
      guest_link::encode_setup({plan.recipe.executor, plan.jvm.args, plan.recipe.modules}),
      kSetupLimit, "setting the guest up");
  guest.listen(false);
  say(context, fmt::format("setup: {:.1f} s", setup / 1000));
}

void make_snapshot(const PrepareContext& context, const Plan& plan, const fs::path& image,
                   const snapshot::Staging& staging, snapshot::Manifest& manifest) {
  const GuestMemoryFile memory(plan.machine.memory_bytes);
  const auto initrd = staging.path() / "initrd";
  run_image_script(context.layout.images / "make-initrd",
                   {image.string(), context.layout.guest_init.string(),
                    context.layout.guest_agent.string(), initrd.string()},
                   context.signals, context.progress);
  const auto console = os::make_memory_file("dhg-console");

  say(context, "booting the guest");
  {
    BootedGuest guest(
        *plan.launcher.object,
        {plan.machine, image / architecture::kKernelFile, image / architecture::kKernelElfFile,
         initrd, image / "rootfs.erofs", memory.path(), console.get()},
        context.signals, context.progress);
    bring_up(context, plan, guest);
    manifest.warmup =
        warm_up({guest, plan.channels, [&] { return memory.allocated_bytes(); }, context.progress},
                plan.warm_up);
    for (const auto& channel : plan.channels) manifest.channels.push_back(channel.name);
    manifest.guest.agent = guest.conversation().agent_version();
    manifest.guest.python = guest.conversation().python_version();
    manifest.guest.protocol = guest_link::kProtocolVersion;

    say(context, "saving the machine");
    guest.ask(guest_link::encode_quiesce(), kSetupLimit, "freeing the guest's memory");
    for (const auto& what : guest.conversation().skipped()) say(context, "not freed: " + what);
    give_memory_back(guest, plan.machine.memory_bytes);
    guest.wait_in([](Vm& vm) { vm.pause(deadline_in(kStepLimit)); });
    manifest.launcher.version = guest.vm().vmm_version();
    guest.wait_in([&](Vm& vm) { vm.save(staging.path() / "state", deadline_in(kSaveLimit)); });
  }
  fs::remove(initrd); // a restored machine has booted already

  const os::Ear ear(context.signals);
  const auto dug = snapshot::dig_zero_pages(memory.fd(), kLeastHole, &ear);
  memory.write_to(staging.path() / "memory", ear);
  say(context,
      fmt::format(
          "memory: {:.1f} MiB of {} MiB are data ({:.1f} before zero pages were punched out)",
          mebibytes(dug.after), plan.machine.memory_bytes >> 20, mebibytes(dug.before)));
}

bool up_to_date(const PrepareContext& context, const std::string& name,
                const snapshot::Manifest& wanted) {
  const auto existing = context.store.try_manifest(name);
  return existing && existing->image.digest == wanted.image.digest &&
         existing->guest.agent_digest == wanted.guest.agent_digest &&
         existing->guest.jvm_args == wanted.guest.jvm_args &&
         existing->guest.warmup_digest == wanted.guest.warmup_digest &&
         existing->launcher.fingerprint == wanted.launcher.fingerprint &&
         existing->machine.accelerator == wanted.machine.accelerator;
}

} // namespace

void prepare(const PrepareOptions& options, const PrepareContext& context, Made& made) {
  const auto plan = make_plan(options.warm_up, context);
  const bool translates = plan.machine.accelerator == Accelerator::tcg;
  say(context,
      fmt::format("accelerator: {}{}", to_string(plan.machine.accelerator),
                  translates ? "; KVM: " + plan.launcher.object->describe_acceleration() : ""));

  // Held from here on: `dhg vm clean` keeps the image of a snapshot that is being made.
  const auto name = snapshot::snapshot_name(plan.key);
  const auto lock = context.store.lock_for_making(name);
  context.store.clean_stale();

  snapshot::Manifest manifest;
  manifest.dhg_version = context.dhg_version;
  manifest.launcher = {plan.launcher.name, "", plan.launcher.object->fingerprint(),
                       plan.launcher.changed_options};
  manifest.machine = {plan.machine.memory_bytes, plan.machine.vcpus,
                      to_string(plan.machine.accelerator)};
  manifest.guest.agent_digest =
      snapshot::digest_of_tree({context.layout.guest_agent, context.layout.guest_init,
                                context.layout.images / context.settings.image});
  manifest.guest.jvm_args = plan.jvm.args;
  manifest.guest.warmup_digest = digest_of(plan.warm_up);
  manifest.image.recipe = plan.key.image;
  manifest.image.version = plan.key.version;
  const auto image = ensure_image(context, plan.key.version, manifest.image.digest, made);

  if (!options.force && up_to_date(context, name, manifest)) {
    say(context, fmt::format("snapshot {}: already there", name));
    return;
  }
  auto staging = context.store.stage(name);
  make_snapshot(context, plan, image, staging, manifest);
  say(context, "writing the snapshot to the disk");
  context.store.publish(staging, name, std::move(manifest));
  made.snapshot = true;
  say(context, fmt::format("snapshot {}: ready", name));
}

} // namespace dhg::run
