#include "kvm/probe.hpp"

#include "dhg/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>

namespace dhg_kvm {
namespace {

constexpr std::size_t kGuestMemory = 4096;
constexpr long kDeadlineNs = 150'000'000;

// Real mode: mov ecx,2000000; 1: dec ecx; jnz 1b; hlt. A processor needs a millisecond for it,
// and a nested one that is translated 50; a host that interprets the guest instead, seconds.
constexpr std::array<unsigned char, 11> kProgram{0x66, 0xb9, 0x80, 0x84, 0x1e, 0x00,
                                                 0x66, 0x49, 0x75, 0xfc, 0xf4};

std::string problem(const char* what) { return fmt::format("{}: {}", what, std::strerror(errno)); }

struct Mapping {
  Mapping(std::size_t length, int flags, int fd)
      : size(length), address(mmap(nullptr, length, PROT_READ | PROT_WRITE, flags, fd, 0)) {}
  ~Mapping() {
    if (valid()) munmap(address, size);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  [[nodiscard]] bool valid() const { return address != MAP_FAILED; }
  std::size_t size;
  void* address;
};

// Interrupts KVM_RUN in this thread at the deadline.
class Alarm {
 public:
  Alarm() {
    struct sigaction nothing {};
    nothing.sa_handler = [](int) {};
    sigaction(SIGALRM, &nothing, &before_);
    sigevent event{};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = SIGALRM;
    event._sigev_un._tid = static_cast<pid_t>(syscall(SYS_gettid));
    armed_ = timer_create(CLOCK_MONOTONIC, &event, &timer_) == 0;
    const itimerspec when{{0, kDeadlineNs}, {0, kDeadlineNs}};
    if (armed_) timer_settime(timer_, 0, &when, nullptr);
  }
  ~Alarm() {
    if (armed_) timer_delete(timer_);
    sigaction(SIGALRM, &before_, nullptr);
  }
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;
  [[nodiscard]] bool armed() const { return armed_; }

 private:
  struct sigaction before_ {};
  timer_t timer_{};
  bool armed_ = false;
};

std::string start_in_real_mode(int vcpu) {
  kvm_sregs segments{};
  if (ioctl(vcpu, KVM_GET_SREGS, &segments) != 0) return problem("KVM_GET_SREGS");
  segments.cs.base = 0;
  segments.cs.selector = 0;
  if (ioctl(vcpu, KVM_SET_SREGS, &segments) != 0) return problem("KVM_SET_SREGS");
  kvm_regs registers{};
  registers.rflags = 2;
  if (ioctl(vcpu, KVM_SET_REGS, &registers) != 0) return problem("KVM_SET_REGS");
  return {};
}

} // namespace

std::string why_kvm_does_not_work() {
  const dhg::UniqueFd kvm(open("/dev/kvm", O_RDWR | O_CLOEXEC));
  if (!kvm) return problem("/dev/kvm cannot be opened");
  if (ioctl(kvm.get(), KVM_GET_API_VERSION, 0) != KVM_API_VERSION)
    return "this kernel speaks another KVM API version";
  const dhg::UniqueFd vm(ioctl(kvm.get(), KVM_CREATE_VM, 0));
  if (!vm) return problem("KVM_CREATE_VM");

  const Mapping memory(kGuestMemory, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  if (!memory.valid()) return problem("mmap");
  std::memcpy(memory.address, kProgram.data(), kProgram.size());
  kvm_userspace_memory_region region{};
  region.memory_size = kGuestMemory;
  region.userspace_addr = reinterpret_cast<std::uint64_t>(memory.address);
  if (ioctl(vm.get(), KVM_SET_USER_MEMORY_REGION, &region) != 0)
    return problem("KVM_SET_USER_MEMORY_REGION");

  const dhg::UniqueFd vcpu(ioctl(vm.get(), KVM_CREATE_VCPU, 0));
  if (!vcpu) return problem("KVM_CREATE_VCPU");
  const int run_size = ioctl(kvm.get(), KVM_GET_VCPU_MMAP_SIZE, 0);
  if (run_size <= 0) return problem("KVM_GET_VCPU_MMAP_SIZE");
  const Mapping run(static_cast<std::size_t>(run_size), MAP_SHARED, vcpu.get());
  if (!run.valid()) return problem("mmap");
  if (auto why = start_in_real_mode(vcpu.get()); !why.empty()) return why;

  const Alarm alarm;
  if (!alarm.armed()) return problem("timer_create");
  if (ioctl(vcpu.get(), KVM_RUN, 0) != 0)
    return errno == EINTR
               ? "/dev/kvm is there, but a guest that counts to two million is not done in 150 ms"
               : problem("KVM_RUN");
  const auto reason = static_cast<const kvm_run*>(run.address)->exit_reason;
  if (reason != KVM_EXIT_HLT)
    return fmt::format("a guest that counts and halts ended with exit reason {}", reason);
  return {};
}

} // namespace dhg_kvm
