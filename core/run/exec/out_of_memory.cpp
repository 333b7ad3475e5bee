#include "run/exec/out_of_memory.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>

namespace dhg::run {
namespace {

constexpr std::string_view kHeapLimit = "-Xmx";

// What HotSpot says when its heap is full; other OutOfMemoryErrors are of threads, of
// classes, of arrays longer than an array can be.
bool is_heap_full(std::string_view traceback) {
  return traceback.find("java.lang.OutOfMemoryError: Java heap space") != std::string_view::npos ||
         traceback.find("java.lang.OutOfMemoryError: GC overhead limit") != std::string_view::npos;
}

// "-Xmx1g" becomes "-Xmx2g"; empty if it is no such argument.
std::string doubled(std::string_view argument) {
  if (argument.substr(0, kHeapLimit.size()) != kHeapLimit) return "";
  argument.remove_prefix(kHeapLimit.size());
  std::uint64_t number = 0;
  const auto* end = argument.data() + argument.size();
  const auto read = std::from_chars(argument.data(), end, number);
  if (read.ec != std::errc() || number == 0 || number >> 32 != 0) return "";
  return fmt::format("{}{}{}", kHeapLimit, 2 * number, std::string_view(read.ptr, end));
}

std::string more_memory(const MachineSpec& machine) {
  return fmt::format("--set machine.memory={}MiB", machine.memory_bytes >> 19);
}

std::string give_more(const std::string& settings) {
  return "give it more in dhg vm prepare and dhg exec: " + settings;
}

OutOfMemory heap_is_full(const MachineSpec& machine, std::vector<std::string> jvm_args) {
  std::string limit;
  for (auto& argument : jvm_args) {
    auto more = doubled(argument);
    if (more.empty()) continue;
    limit = fmt::format(": its limit is {}", argument.substr(kHeapLimit.size()));
    argument = std::move(more);
  }
  // Arguments of one's own begin with '-'.
  std::stable_partition(jvm_args.begin(), jvm_args.end(),
                        [](const auto& argument) { return argument.front() == '-'; });
  return {fmt::format("the Java heap is full{}", limit),
          give_more(fmt::format("{} --set jvm_args='{}'", more_memory(machine),
                                fmt::join(jvm_args, " ")))};
}

} // namespace

OutOfMemory out_of_guest_memory(const MachineSpec& machine) {
  return {"the guest ran out of memory",
          fmt::format("it has {} MiB; {}", machine.memory_bytes >> 20,
                      give_more(more_memory(machine)))};
}

std::optional<OutOfMemory> out_of_memory(const CodeError& error, const MachineSpec& machine,
                                         const std::vector<std::string>& jvm_args) {
  if (is_heap_full(error.traceback)) return heap_is_full(machine, jvm_args);
  if (error.type != "MemoryError") return std::nullopt;
  return OutOfMemory{
      fmt::format("the guest has {} MiB of memory{}", machine.memory_bytes >> 20,
                  jvm_args.empty() ? "" : ", and its Java heap a limit of its own (jvm_args)"),
      give_more(more_memory(machine))};
}

} // namespace dhg::run
