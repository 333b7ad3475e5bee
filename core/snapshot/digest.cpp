#include "snapshot/digest.hpp"

#include "dhg/error.hpp"
#include "dhg/unique_fd.hpp"
#include "os/file.hpp"
#include "os/read_file.hpp"

#include <fmt/format.h>
#include <xxhash.h>
#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <utility>

namespace dhg::snapshot {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kDigestBlock = 256 * 1024; // stays in the processor's cache

class Hash {
 public:
  Hash() : state_(XXH3_createState(), XXH3_freeState) { XXH3_128bits_reset(state_.get()); }
  void feed(const void* data, std::size_t size) { XXH3_128bits_update(state_.get(), data, size); }
  [[nodiscard]] std::string hex() const {
    const auto value = XXH3_128bits_digest(state_.get());
    return fmt::format("{:016x}{:016x}", value.high64, value.low64);
  }

 private:
  std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state_;
};

class FileReader {
 public:
  FileReader(int fd, const fs::path& path, const os::Ear* ear)
      : path_(path), fd_(fd), ear_(ear), block_(kDigestBlock), zeros_(kDigestBlock) {
    const auto info = os::examine(fd_);
    if (!info) fail();
    if (!info->is_regular)
      throw Error(Blame::environment, fmt::format("'{}' is not a regular file", path.string()));
    size_ = info->bytes;
  }

  void feed(Hash& hash) {
    for (std::uint64_t at = 0; at < size_;) {
      const auto data = found(os::next_data(fd_, at, size_));
      while (at < data) {
        os::hear(ear_);
        const auto length = std::min(kDigestBlock, data - at);
        hash.feed(zeros_.data(), length);
        at += length;
      }
      const auto hole = found(os::next_hole(fd_, at, size_));
      while (at < hole) at += feed_block(hash, at, hole);
    }
  }

 private:
  [[noreturn]] void fail() const {
    throw system_error(errno, fmt::format("cannot read '{}'", path_.string()));
  }
  [[nodiscard]] std::uint64_t found(std::optional<std::uint64_t> place) const {
    if (!place) fail();
    return *place;
  }
  std::uint64_t feed_block(Hash& hash, std::uint64_t at, std::uint64_t end) {
    os::hear(ear_);
    const auto wanted = static_cast<std::size_t>(std::min(kDigestBlock, end - at));
    const auto got = os::read_at(fd_, block_.data(), wanted, at);
    if (!got) fail();
    if (*got < wanted)
      throw Error(Blame::environment,
                  fmt::format("'{}' was truncated while it was read", path_.string()));
    hash.feed(block_.data(), wanted);
    return wanted;
  }

  const fs::path& path_;
  const int fd_;
  const os::Ear* const ear_;
  std::uint64_t size_ = 0;
  std::vector<char> block_;
  const std::vector<char> zeros_;
};

bool counts(const fs::path& path) {
  return std::none_of(path.begin(), path.end(), [](const fs::path& part) {
    return part == "__pycache__" || part == "tests" || part == ".pytest_cache";
  });
}

std::vector<std::pair<std::string, fs::path>> files_of(const fs::path& root) {
  if (!fs::is_directory(root)) return {{root.filename().string(), root}};
  std::vector<std::pair<std::string, fs::path>> result;
  for (const auto& entry :
       fs::recursive_directory_iterator(root, fs::directory_options::follow_directory_symlink)) {
    const auto name = entry.path().lexically_relative(root);
    if (entry.is_regular_file() && counts(name)) result.emplace_back(name.string(), entry.path());
  }
  std::sort(result.begin(), result.end());
  return result;
}

} // namespace

std::string digest_of_open_file(int fd, const fs::path& path, const os::Ear* ear) {
  Hash hash;
  FileReader(fd, path, ear).feed(hash);
  return hash.hex();
}

std::string digest_of_file(const fs::path& path, const os::Ear* ear) {
  const auto fd = os::open_to_read(path);
  if (!fd) throw system_error(errno, fmt::format("cannot read '{}'", path.string()));
  return digest_of_open_file(fd.get(), path, ear);
}

std::string digest_of_text(std::string_view text) {
  Hash hash;
  hash.feed(text.data(), text.size());
  return hash.hex();
}

std::string digest_of_tree(const std::vector<fs::path>& paths) {
  Hash hash;
  for (const auto& path : paths) {
    for (const auto& [name, file] : files_of(path)) {
      const bool executable =
          (fs::status(file).permissions() & fs::perms::owner_exec) != fs::perms::none;
      const auto line = fmt::format("{} {} {}\n", name, executable, digest_of_file(file));
      hash.feed(line.data(), line.size());
    }
  }
  return hash.hex();
}

} // namespace dhg::snapshot
