#include "memory/page_reader.hpp"

#include "dhg/error.hpp"
#include "dhg/unique_fd.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <cerrno>
#include <cstdlib>
#include <memory>

namespace dhg::memory {
namespace {

constexpr std::uint64_t kLongest = 1024 * 1024;

struct Free {
  void operator()(std::byte* p) const noexcept { std::free(p); }
};
// What was fetched last, of each thread.
thread_local std::unique_ptr<std::byte, Free> buffer;

class DirectReader final : public PageReader {
 public:
  explicit DirectReader(const std::filesystem::path& path)
      : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECT)) {
    if (!fd_)
      throw system_error(errno, fmt::format("cannot read '{}' past the page cache", path.string()),
                         "use page_source=mapped");
  }

  [[nodiscard]] std::uint64_t longest() const noexcept override { return kLongest; }

  [[nodiscard]] const std::byte* fetch(ByteRange range) const noexcept override {
    if (!buffer) buffer.reset(static_cast<std::byte*>(std::aligned_alloc(kPageSize, kLongest)));
    if (!buffer) return nullptr;
    for (std::uint64_t have = 0; have < range.length;) {
      const auto got = pread(fd_.get(), buffer.get() + have, range.length - have,
                             static_cast<off_t>(range.offset + have));
      if (got < 0 && errno == EINTR) continue;
      // Cut short, or in the middle of a page, from where O_DIRECT cannot go on.
      if (got <= 0 || static_cast<std::uint64_t>(got) % kPageSize != 0) return nullptr;
      have += static_cast<std::uint64_t>(got);
    }
    return buffer.get();
  }

  void read_ahead(ByteRange /*range*/, bool /*wait*/) const noexcept override {}

 private:
  const UniqueFd fd_;
};

} // namespace

std::unique_ptr<PageReader> make_direct_reader(const std::filesystem::path& memory) {
  return std::make_unique<DirectReader>(memory);
}

} // namespace dhg::memory
