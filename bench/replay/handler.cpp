#include "handler.hpp"

#include "config/settings.hpp"
#include "dhg/error.hpp"
#include "memory/memory_session.hpp"
#include "os/unix_socket.hpp"
#include "plugin/registry.hpp"
#include "run/layout.hpp"
#include "run/plugins.hpp"
#include "snapshot/notes_file.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

namespace dhg::bench {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kForeign = "foreign:";

void serve(const std::string& plugin, const fs::path& memory, const fs::path& folder,
           UniqueFd socket, const UniqueFd& control, pid_t guest) {
  const plugin::Registry registry(run::installed_layout().plugins, "");
  auto server = run::activate<PageServer>(registry, DHG_PAGE_SERVER, {plugin, std::nullopt});
  const memory::FilePageSource source(memory);
  timing::Timeline timeline;
  snapshot::NotesFile notes(folder, {}, server.name, server.version);
  memory::MemorySession session(source, std::move(server.object), server.name, timeline,
                                registry.supervisor(), {}, &notes);
  const UniqueFd process(static_cast<int>(syscall(SYS_pidfd_open, guest, 0)));
  session.vmm_started(std::move(socket), process.get(), deadline_in(std::chrono::seconds(60)));
  pollfd attached{session.attached_fd(), POLLIN, 0};
  if (poll(&attached, 1, -1) != 1 || !session.failure().empty())
    throw Error(Blame::environment, session.failure());
  char byte = 'a';
  if (write(control.get(), &byte, 1) != 1) return;
  if (read(control.get(), &byte, 1) < 0) return; // until the other end is closed
  (void)session.finish();
}

UniqueFd connect_to(const fs::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  for (int i = 0; i < 3000; ++i) { // it may map the whole file first
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return fd;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  throw Error(Blame::environment, "the handler does not listen");
}

} // namespace

Handler::Handler(const std::string& spec, const fs::path& memory, const fs::path& folder) {
  if (spec.starts_with(kForeign)) {
    const auto path = folder / "socket";
    fs::remove(path);
    const auto program = spec.substr(kForeign.size());
    pid_ = fork();
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      execl(program.c_str(), program.c_str(), path.c_str(), memory.c_str(), nullptr);
      _exit(127);
    }
    socket_ = connect_to(path);
    return;
  }
  auto [ours, theirs] = os::socket_pair();
  auto [control, control_theirs] = os::socket_pair();
  const auto guest = getpid();
  pid_ = fork();
  if (pid_ == 0) {
    ours.reset();
    control.reset();
    try {
      serve(spec, memory, folder, std::move(theirs), control_theirs, guest);
    } catch (const std::exception& error) {
      fmt::print(stderr, "{}: {}\n", spec, error.what());
      _exit(1);
    }
    _exit(0);
  }
  socket_ = std::move(ours);
  control_ = std::move(control);
}

Handler::~Handler() {
  if (pid_ <= 0) return;
  try {
    (void)end();
  } catch (const std::exception&) { // it has ended, or the kernel ends it with us
  }
}

void Handler::await_attached() {
  char byte = 0;
  if (control_ && read(control_.get(), &byte, 1) != 1)
    throw Error(Blame::environment, "the handler ended before it attached");
}

Handler::Use Handler::end() {
  if (control_) {
    control_.reset();
  } else {
    kill(pid_, SIGKILL);
  }
  rusage usage{};
  int status = 0;
  if (wait4(pid_, &status, 0, &usage) != pid_) throw system_error(errno, "cannot wait");
  pid_ = -1;
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return {seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss};
}

} // namespace dhg::bench
