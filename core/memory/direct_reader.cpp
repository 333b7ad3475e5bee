#include "memory/page_reader.hpp"

#include "dhg/error.hpp"
#include "dhg/unique_fd.hpp"
#include "os/file.hpp"

#include <fmt/format.h>
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
  explicit DirectReader(const std::filesystem::path& path) : fd_(os::open_past_cache(path)) {
    if (!fd_)
      throw system_error(errno, fmt::format("cannot read '{}' past the page cache", path.string()),
                         "use page_source=mapped");
  }

  [[nodiscard]] std::uint64_t longest() const noexcept override { return kLongest; }

  [[nodiscard]] const std::byte* fetch(ByteRange range) const noexcept override {
    if (!buffer) buffer.reset(static_cast<std::byte*>(std::aligned_alloc(kPageSize, kLongest)));
    if (!buffer) return nullptr;
    // Cut short, perhaps in the middle of a page: from there O_DIRECT cannot go on.
    if (os::read_at(fd_.get(), buffer.get(), range.length, range.offset) != range.length)
      return nullptr;
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
