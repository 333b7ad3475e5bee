#pragma once

#if !defined(__x86_64__)
#error "dhg knows x86-64 only: what another architecture has to say begins in this file"
#endif

#include <cstdint>
#include <ctime>
#include <string>

/// What depends on the processor's architecture, of the guest and of the host, which have
/// the same: the one seam for another. x86-64 is the only one so far. Since ABI 1.2.
///
/// The rest of dhg has these names and no others. What one VMM's machine of an
/// architecture looks like is its launcher's, in a file of this name
/// (plugins/launchers/qemu/architecture.hpp).
namespace dhg::architecture {

/// As `uname -m` has it, and QEMU in the names of its programs.
inline constexpr const char* kName = "x86_64";

/// The page of host and guest, in bytes: the least that can be installed, and the unit of
/// all addresses, offsets and sizes of guest memory.
inline constexpr std::uint64_t kPageSize = 4096;

/// What the size of a guest's memory is a multiple of, in bytes.
inline constexpr std::uint64_t kMemoryGranularity = UINT64_C(2) << 20;

/// The end of a VMM's addresses, in bytes: user space with five levels of page tables.
inline constexpr std::uint64_t kAddressEnd = UINT64_C(1) << 57;

/// The two forms in which an image has its kernel, by the names of their files: a bzImage,
/// BootRequest::kernel, ...
inline constexpr const char* kKernelFile = "vmlinuz";
/// ... and the same kernel as an ELF file, BootRequest::kernel_elf, made from it by
/// guest/images/extract-vmlinux.
inline constexpr const char* kKernelElfFile = "vmlinux";

/// The guest's name for the serial console that BootRequest::console gets: a 16550A at
/// port 0x3f8.
inline constexpr const char* kConsole = "ttyS0";

/// How the kernel resets its machine, which has to end the VMM: an argument for
/// kernel_arguments(). By a triple fault, ...
inline constexpr const char* kResetByFault = "reboot=t";
/// ... or through the i8042 keyboard controller.
inline constexpr const char* kResetByKeyboard = "reboot=k";

/// How fast the host's time stamp counter runs, in thousands a second, to about 0.001 %.
/// Takes 20 ms.
[[nodiscard]] inline std::uint64_t counter_khz() noexcept {
  constexpr std::int64_t kSpanNs = 20'000'000;
  const auto now_ns = [] {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC_RAW, &now); // nobody adjusts this one
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
  };
  const auto begin = now_ns();
  const auto first = __builtin_ia32_rdtsc();
  auto end = begin;
  while (end - begin < kSpanNs) end = now_ns();
  return (__builtin_ia32_rdtsc() - first) * 1'000'000 / static_cast<std::uint64_t>(end - begin);
}

/// What a kernel has to be told where QEMU emulates its processor. Measuring the counter
/// against emulated timers fails now and then, and the kernel then waits for ever for a
/// tick. TCG shows the guest the host's counter, so its rate can be told instead.
/// @param khz counter_khz() of this host
[[nodiscard]] inline std::string emulation_arguments(std::uint64_t khz) {
  return "no_timer_check tsc=reliable tsc_early_khz=" + std::to_string(khz);
}

} // namespace dhg::architecture
