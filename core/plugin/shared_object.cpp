#include "plugin/shared_object.hpp"

#include "dhg/error.hpp"
#include "dhg/unique_fd.hpp"
#include "os/file.hpp"
#include "os/read_file.hpp"

#include <elf.h>
#include <fmt/format.h>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

namespace dhg::plugin {
namespace {

class File {
 public:
  explicit File(const std::filesystem::path& path) : path_(path), fd_(os::open_to_read(path)) {
    if (!fd_) throw system_error(errno, fmt::format("cannot open plugin '{}'", path.string()));
    const auto info = os::examine(fd_.get());
    if (!info) throw system_error(errno, fmt::format("cannot examine plugin '{}'", path.string()));
    if (!info->is_regular) refuse("is not a regular file", "name a shared library");
    size_ = info->bytes;
  }

  template <class T>
  [[nodiscard]] T read(std::uint64_t offset) const {
    T result;
    if (!holds(offset, sizeof result)) refuse_truncated(offset, sizeof result);
    if (os::read_at(fd_.get(), &result, sizeof result, offset) != sizeof result)
      refuse("cannot be read", "check the disk");
    return result;
  }

  [[nodiscard]] bool holds(std::uint64_t offset, std::uint64_t length) const {
    return offset <= size_ && length <= size_ - offset;
  }
  [[nodiscard]] std::uint64_t size() const { return size_; }

  [[noreturn]] void refuse(const std::string& why, const std::string& hint) const {
    throw Error(Blame::environment, fmt::format("plugin '{}' {}", path_.string(), why), hint);
  }

  [[noreturn]] void refuse_truncated(std::uint64_t offset, std::uint64_t length) const {
    refuse(fmt::format("is truncated: it has {} bytes, but its headers speak of {} bytes at {}",
                       size_, length, offset),
           "build or copy it again");
  }

 private:
  std::filesystem::path path_;
  UniqueFd fd_;
  std::uint64_t size_ = 0;
};

} // namespace

void check_shared_object(const std::filesystem::path& library) {
  const File file(library);
  if (!file.holds(0, SELFMAG) ||
      std::memcmp(file.read<std::array<char, SELFMAG>>(0).data(), ELFMAG, SELFMAG) != 0)
    file.refuse("is not a shared library: it does not begin like an ELF file",
                "name the .so file that the build made");

  const auto header = file.read<Elf64_Ehdr>(0);
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB ||
      header.e_machine != EM_X86_64)
    file.refuse(fmt::format("is built for another processor (ELF class {}, machine {}); this dhg "
                            "is for 64-bit x86",
                            header.e_ident[EI_CLASS], header.e_machine),
                "build the plugin for x86-64");
  if (header.e_type != ET_DYN || header.e_phentsize != sizeof(Elf64_Phdr))
    file.refuse(fmt::format("is an ELF file, but not a shared library (type {})", header.e_type),
                "link it with -shared");

  for (unsigned i = 0; i < header.e_phnum; ++i) {
    const auto segment = file.read<Elf64_Phdr>(header.e_phoff + i * sizeof(Elf64_Phdr));
    if (!file.holds(segment.p_offset, segment.p_filesz))
      file.refuse_truncated(segment.p_offset, segment.p_filesz);
  }
  // Not needed to load it, but it stands at the end: what a broken copy lacks first.
  const std::uint64_t sections = std::uint64_t{header.e_shnum} * header.e_shentsize;
  if (!file.holds(header.e_shoff, sections)) file.refuse_truncated(header.e_shoff, sections);
}

} // namespace dhg::plugin
