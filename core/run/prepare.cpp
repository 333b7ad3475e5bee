#include "run/prepare.hpp"

#include "dhg/error.hpp"
#include "dhg/result_channel.hpp"
#include "guest_link/request.hpp"
#include "run/build_image.hpp"
#include "run/guest_session.hpp"
#include "run/plugins.hpp"
#include "snapshot/digest.hpp"
#include "snapshot/holes.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>
#include <algorithm>
#include <chrono>

namespace dhg::run {
namespace {

using namespace std::chrono_literals;
using guest_link::Conversation;
namespace fs = std::filesystem;

constexpr auto kBootLimit = 120s; // 5 s under TCG on an idle machine
constexpr auto kStepLimit = 60s;
constexpr auto kSaveLimit = 120s;
constexpr auto kBalloonLimit = 120s;
// What the guest keeps free. Less than its kernel's watermarks, which grow with its
// memory, and it would drop the pages of running code to get there.
std::uint64_t headroom(std::uint64_t memory_bytes) {
  return (UINT64_C(32) << 20) + memory_bytes / 32;
}
constexpr int kWarmupRuns = 20;

// A hole shorter than this is not worth an extent of its own.
constexpr std::uint64_t kLeastHole = 16 * 1024;

// Like what people run first, so that its code and modules are in memory.
constexpr const char* kWarmupProgram =
    "import json, os, sys\n"
    "for i in range(3):\n"
    "    print('warm-up', i, f'{i / 7:.3f}', {'a': [i]})\n"
    "try:\n"
    "    raise ValueError('warm-up')\n"
    "except ValueError as error:\n"
    "    print(error, file=sys.stderr)\n"
    "sum(range(1000))\n";

double milliseconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
      .count();
}

double mebibytes(std::uint64_t bytes) { return static_cast<double>(bytes) / (1024.0 * 1024.0); }

void say(const PrepareContext& context, const std::string& line) { context.progress(line); }

fs::path ensure_image(const PrepareContext& context, std::string& digest) {
  const auto& recipe = context.settings.image;
  const auto folder = context.layout.images / recipe;
  if (!fs::exists(folder / "recipe"))
    throw Error(Blame::usage, fmt::format("there is no image recipe '{}'", recipe),
                fmt::format("recipes are in {}", context.layout.images.string()));
  digest = snapshot::digest_of_tree({folder, context.layout.images / "build-image",
                                     context.layout.images / "extract-vmlinux",
                                     context.layout.images / "lib.sh"});
  auto target = context.store.image_path(recipe, digest);
  const auto lock = context.store.lock_for_making(target.filename());
  if (context.store.has_image(recipe, digest)) {
    say(context, fmt::format("image {}: there already", recipe));
    return target;
  }
  auto staging = context.store.stage(target.filename().string());
  run_image_script(
      context.layout.images / "build-image", {folder.string(), staging.path().string()},
      context.signals,
      [&](std::string_view line) { say(context, fmt::format("image {}: {}", recipe, line)); });
  staging.publish(target);
  return target;
}

// A guest that was booted, not restored.
class BootedGuest {
 public:
  BootedGuest(const PrepareContext& context, const VmLauncher& launcher, const BootRequest& request)
      : context_(context),
        conversation_(sink_, {1U << 20, 1U << 20}),
        vm_(launcher.boot(request)),
        agent_(vm_->connect_agent(deadline_in(kStepLimit))) {}

  // Sends, waits for the end of the answer. @return milliseconds
  double ask(const std::string& request, Deadline deadline, const char* what) {
    const auto begin = std::chrono::steady_clock::now();
    const auto end = exchange(agent_.get(), request, conversation_, sink_,
                              {context_.signals, vm_->process_fd(), deadline});
    switch (end.stopped) {
      case Stopped::signal:
        throw Interrupted{end.signal};
      case Stopped::timeout:
        throw Error(Blame::environment, fmt::format("{} took too long", what));
      case Stopped::vm_ended:
        throw Error(Blame::environment, fmt::format("{}: {}", what, vm_->describe_end()));
      default:
        break;
    }
    if (conversation_.state() == Conversation::State::exited)
      throw Error(Blame::environment, fmt::format("{}: the guest's agent ended", what),
                  sink_.err_text());
    return milliseconds_since(begin);
  }

  [[nodiscard]] Conversation& conversation() noexcept { return conversation_; }
  [[nodiscard]] Vm& vm() noexcept { return *vm_; }

 private:
  const PrepareContext& context_;
  CaptureSink sink_;
  Conversation conversation_;
  std::unique_ptr<Vm> vm_;
  UniqueFd agent_;
};

double guest_milliseconds(const Conversation& conversation) {
  std::chrono::nanoseconds all{0};
  for (const auto& [name, length] : conversation.phases()) all += length;
  return std::chrono::duration<double, std::milli>(all).count();
}

std::vector<double> warm_up(const PrepareContext& context, BootedGuest& guest,
                            const ActivePlugin<ResultChannel>& channel) {
  const auto run = guest_link::encode_run({kWarmupProgram,
                                           "<string>",
                                           {"-c"},
                                           channel.name,
                                           std::string(channel.object->guest_half()),
                                           true});
  const auto boot = std::chrono::steady_clock::now();
  std::vector<double> times;
  for (int i = 1; i <= kWarmupRuns; ++i) {
    const bool first = i == 1;
    if (!first) guest.conversation().next_request();
    auto time = guest.ask(first ? guest_link::encode_hello() + run : run,
                          deadline_in(first ? kBootLimit : kStepLimit),
                          first ? "booting the guest" : "a warm-up run");
    const auto result = channel.object->decode(guest.conversation().result());
    if (result.outcome != Outcome::ok)
      throw Error(Blame::environment, "a warm-up run failed in the guest",
                  result.error ? result.error->traceback : "");
    if (first) {
      // Nothing is said before the first answer, so the guest tells what of it was the run.
      time = guest_milliseconds(guest.conversation());
      say(context, fmt::format("boot: {:.1f} s", (milliseconds_since(boot) - time) / 1000));
    }
    say(context, fmt::format("warm-up {:>2}/{}: {:7.2f} ms", i, kWarmupRuns, time));
    times.push_back(time);
  }
  return times;
}

void create_memory_file(const fs::path& path, std::uint64_t bytes) {
  const UniqueFd fd(open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd || ftruncate(fd.get(), static_cast<off_t>(bytes)) != 0)
    throw system_error(errno, fmt::format("cannot create '{}'", path.string()));
}

// Inflated, the balloon punches what the guest uses for nothing out of the memory
// file; deflated again, the guest has it back, untouched.
void give_memory_back(BootedGuest& guest, std::uint64_t memory_bytes) {
  const auto free = guest.conversation().free_bytes();
  const auto keep = headroom(memory_bytes);
  if (free <= keep || free > memory_bytes) return;
  guest.vm().set_memory_target((memory_bytes - free + keep) >> 20 << 20,
                               deadline_in(kBalloonLimit));
  guest.vm().set_memory_target(memory_bytes, deadline_in(kBalloonLimit));
}

void make_snapshot(const PrepareContext& context, const VmLauncher& launcher,
                   const ActivePlugin<ResultChannel>& channel, const MachineSpec& machine,
                   const fs::path& image, const snapshot::Staging& staging,
                   snapshot::Manifest& manifest) {
  const auto memory = staging.path() / "memory";
  create_memory_file(memory, machine.memory_bytes);
  const auto initrd = staging.path() / "initrd";
  run_image_script(context.layout.images / "make-initrd",
                   {image.string(), context.layout.guest_init.string(),
                    context.layout.guest_agent.string(), initrd.string()},
                   context.signals, context.progress);
  const UniqueFd console(memfd_create("dhg-console", MFD_CLOEXEC));
  if (!console) throw system_error(errno, "cannot create a memory file");

  say(context, "booting the guest");
  {
    BootedGuest guest(context, launcher,
                      {machine, image / "vmlinuz", image / "vmlinux", initrd,
                       image / "rootfs.erofs", memory, console.get()});
    manifest.warmup_ms = warm_up(context, guest, channel);
    manifest.channels = {channel.name};
    manifest.guest.agent = guest.conversation().agent_version();
    manifest.guest.python = guest.conversation().python_version();
    manifest.guest.protocol = guest_link::kProtocolVersion;

    say(context, "saving the machine");
    guest.conversation().next_request();
    guest.ask(guest_link::encode_quiesce(), deadline_in(kStepLimit), "freeing the guest's memory");
    for (const auto& what : guest.conversation().skipped()) say(context, "not freed: " + what);
    give_memory_back(guest, machine.memory_bytes);
    guest.vm().pause(deadline_in(kStepLimit));
    manifest.launcher.version = guest.vm().vmm_version();
    guest.vm().save(staging.path() / "state", deadline_in(kSaveLimit));
  }
  fs::remove(initrd); // a restored machine has booted already

  const UniqueFd fd(open(memory.c_str(), O_RDWR | O_CLOEXEC));
  if (!fd) throw system_error(errno, fmt::format("cannot open '{}'", memory.string()));
  const auto dug = snapshot::dig_zero_pages(fd.get(), kLeastHole);
  say(context,
      fmt::format("memory: {:.1f} MiB of {} MiB are data ({:.1f} before zero pages were dug out)",
                  mebibytes(dug.after), machine.memory_bytes >> 20, mebibytes(dug.before)));
}

bool up_to_date(const PrepareContext& context, const std::string& name,
                const snapshot::Manifest& wanted) {
  const auto existing = context.store.try_manifest(name);
  return existing && existing->image.digest == wanted.image.digest &&
         existing->guest.agent_digest == wanted.guest.agent_digest &&
         existing->launcher.fingerprint == wanted.launcher.fingerprint &&
         existing->machine.accelerator == wanted.machine.accelerator;
}

} // namespace

void prepare(bool force, const PrepareContext& context) {
  const auto& settings = context.settings;
  const auto launcher = activate<VmLauncher>(context.registry, DHG_VM_LAUNCHER, settings.launcher);
  const auto channel =
      activate<ResultChannel>(context.registry, DHG_RESULT_CHANNEL, settings.result_channel);
  require_met(launcher.object->requirements(Purpose::boot));
  const MachineSpec machine{settings.machine.memory_bytes, settings.machine.vcpus,
                            launcher.object->choose_accelerator()};
  say(context, fmt::format("accelerator: {}", to_string(machine.accelerator)));

  // Held from here on: `dhg vm clean` keeps the image of a snapshot that is being made.
  const auto name =
      snapshot::snapshot_name(settings.image, launcher.name, machine.memory_bytes, machine.vcpus);
  const auto lock = context.store.lock_for_making(name);

  snapshot::Manifest manifest;
  manifest.dhg_version = context.dhg_version;
  manifest.launcher = {launcher.name, "", launcher.object->fingerprint()};
  manifest.machine = {machine.memory_bytes, machine.vcpus, to_string(machine.accelerator)};
  manifest.guest.agent_digest =
      snapshot::digest_of_tree({context.layout.guest_agent, context.layout.guest_init});
  context.store.clean_stale();
  const auto image = ensure_image(context, manifest.image.digest);
  manifest.image.recipe = settings.image;

  if (!force && up_to_date(context, name, manifest)) {
    say(context, fmt::format("snapshot {}: there already", name));
    return;
  }
  auto staging = context.store.stage(name);
  make_snapshot(context, *launcher.object, channel, machine, image, staging, manifest);
  context.store.publish(staging, name, std::move(manifest));
  say(context, fmt::format("snapshot {}: ready", name));
}

} // namespace dhg::run
