#include "memory/handshake.hpp"

#include "dhg/error.hpp"
#include "os/descriptors.hpp"
#include "os/readiness.hpp"
#include "os/unix_socket.hpp"
#include "os/userfaultfd.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <nlohmann/json.hpp>

namespace dhg::memory {
namespace {

using nlohmann::json;

// One is right; a few are taken to say how many came.
constexpr std::size_t kMaxDescriptors = 4;
using architecture::kAddressEnd;

[[noreturn]] void refuse(const std::string& why) {
  throw Error(Blame::environment, "the VMM's memory handshake is not valid: " + why);
}

std::uint64_t number(const json& region, const char* name) {
  const auto found = region.find(name);
  if (found == region.end()) refuse(fmt::format("a region has no '{}'", name));
  if (!found->is_number_unsigned()) refuse(fmt::format("'{}' is not an unsigned integer", name));
  return found->get<std::uint64_t>();
}

HostRegion parse_region(const json& region, std::uint64_t file_size) {
  if (!region.is_object()) refuse("a region is not an object");
  const auto page_size =
      number(region, region.contains(DHG_HANDOFF_PAGE_SIZE) ? DHG_HANDOFF_PAGE_SIZE
                                                            : DHG_HANDOFF_OLD_PAGE_SIZE);
  if (page_size != kPageSize)
    refuse(fmt::format("page size {} (only {} is supported)", page_size, kPageSize));
  const HostRegion result{number(region, DHG_HANDOFF_ADDRESS),
                          {number(region, DHG_HANDOFF_OFFSET), number(region, DHG_HANDOFF_SIZE)}};
  const auto [offset, size] = result.file;
  if (size == 0 || (result.address | offset | size) % kPageSize != 0)
    refuse(fmt::format("region at {:#x} is empty or not aligned to pages", result.address));
  if (result.address >= kAddressEnd || size > kAddressEnd - result.address)
    refuse(fmt::format("region at {:#x} of {} bytes does not fit the address space", result.address,
                       size));
  if (offset > file_size || size > file_size - offset)
    refuse(
        fmt::format("region of {} bytes at offset {} passes the end of the memory file, which "
                    "has {} bytes",
                    size, offset, file_size));
  return result;
}

template <class Key>
void check_disjoint(std::vector<HostRegion>& regions, Key begin, const char* what) {
  std::sort(regions.begin(), regions.end(),
            [&](const auto& a, const auto& b) { return begin(a) < begin(b); });
  for (std::size_t i = 1; i < regions.size(); ++i)
    if (begin(regions[i]) - begin(regions[i - 1]) < regions[i - 1].file.length)
      refuse(fmt::format("two regions overlap in {}", what));
}

enum class Awaited { readable, vmm_ended, stopped };

Awaited await(int socket, int vmm, int stop, Deadline deadline) {
  std::array<pollfd, 3> fds{{{socket, POLLIN, 0}, {vmm, POLLIN, 0}, {stop, POLLIN, 0}}};
  if (!os::await_any(fds, deadline))
    throw Error(Blame::environment, "the VMM did not hand over the guest's memory in time");
  if (fds[0].revents != 0) return Awaited::readable;
  return fds[1].revents != 0 ? Awaited::vmm_ended : Awaited::stopped;
}

[[noreturn]] void vmm_ended() {
  throw VmmEnded(Blame::environment, "the VMM ended before it handed over the guest's memory");
}

// Throws where there is nothing more to wait for.
void await_message(int socket, int vmm, int stop, Deadline deadline) {
  switch (await(socket, vmm, stop, deadline)) {
    case Awaited::readable:
      return;
    case Awaited::vmm_ended:
      vmm_ended();
    case Awaited::stopped:
      throw Error(Blame::environment, "the run was ended");
  }
}

// Finds the end of a JSON array or object that comes in pieces, in one pass, however
// many they are. What is neither ends at once: there is nothing to wait for.
class JsonEnd {
 public:
  /// @return whether the value has ended
  bool feed(std::string_view piece) {
    for (const char c : piece) {
      if (ended_) break;
      take(c);
    }
    return ended_;
  }

 private:
  void take(char c) {
    if (in_string_) {
      in_string_ = escaped_ || c != '"';
      escaped_ = !escaped_ && c == '\\';
      return;
    }
    if (c == '[' || c == '{') ++depth_;
    if (c == ']' || c == '}') --depth_;
    in_string_ = c == '"';
    const bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    ended_ = depth_ <= 0 && !blank;
  }

  int depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
  bool ended_ = false;
};

UniqueFd checked_userfaultfd(std::vector<UniqueFd>& descriptors) {
  if (descriptors.size() != 1)
    refuse(fmt::format("{} descriptors came with it instead of one", descriptors.size()));
  const int fd = descriptors.front().get();
  if (!os::uffd::is_userfaultfd(fd)) refuse("the descriptor is not a userfaultfd");
  if (!os::make_non_blocking(fd))
    throw system_error(errno, "cannot make the userfaultfd non-blocking");
  return std::move(descriptors.front());
}

} // namespace

std::vector<HostRegion> parse_regions(std::string_view text, std::uint64_t file_size) {
  const auto parsed = json::parse(text, nullptr, false);
  if (!parsed.is_array()) refuse("it is not a JSON array");
  if (parsed.empty() || parsed.size() > kMaxHandoffRegions)
    refuse(fmt::format("{} regions (1 to {} are allowed)", parsed.size(), kMaxHandoffRegions));
  std::vector<HostRegion> regions;
  for (const auto& region : parsed) regions.push_back(parse_region(region, file_size));
  check_disjoint(
      regions, [](const HostRegion& r) { return r.address; }, "memory");
  check_disjoint(
      regions, [](const HostRegion& r) { return r.file.offset; }, "the file");
  return regions;
}

Handoff receive_handoff(int socket, MemoryBacking backing, std::uint64_t file_size, int vmm,
                        int stop, Deadline deadline, std::vector<UniqueFd>& descriptors) {
  UniqueFd accepted;
  if (os::is_listening(socket)) {
    await_message(socket, vmm, stop, deadline);
    accepted = os::accept_connection(socket);
    if (!accepted) throw system_error(errno, "cannot accept the VMM's connection");
    socket = accepted.get();
  }

  std::string message;
  std::array<std::byte, 8192> buffer;
  int empty_messages = 0;
  JsonEnd end;
  for (bool ended = false; !ended;) {
    await_message(socket, vmm, stop, deadline);
    auto part = os::receive_with_descriptors(socket, buffer);
    for (auto& fd : part.descriptors) descriptors.push_back(std::move(fd));
    if (part.descriptors_lost || descriptors.size() > kMaxDescriptors)
      refuse("too many descriptors came with it");
    // Firecracker has been seen to send an empty message first; two are an end.
    if (part.bytes == 0 && ++empty_messages > 1) {
      if (message.empty()) vmm_ended();
      refuse("the VMM closed the connection in the middle of it");
    }
    const std::string_view piece(reinterpret_cast<const char*>(buffer.data()), part.bytes);
    message.append(piece);
    ended = end.feed(piece);
    if (message.size() > kMaxHandoffBytes) refuse("it is too long");
  }

  Handoff handoff;
  handoff.regions = parse_regions(message, file_size);
  if (backing == MemoryBacking::userfaultfd) {
    handoff.userfaultfd = checked_userfaultfd(descriptors);
  } else if (!descriptors.empty()) {
    refuse("a descriptor came with a private mapping");
  }
  return handoff;
}

} // namespace dhg::memory
