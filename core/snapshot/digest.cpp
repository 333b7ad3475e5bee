#include "snapshot/digest.hpp"

#include "dhg/error.hpp"
#include "dhg/unique_fd.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>

namespace dhg::snapshot {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlock = 1024 * 1024;

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
  explicit FileReader(const fs::path& path)
      : path_(path), fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC)), block_(kBlock), zeros_(kBlock) {
    struct stat info {};
    if (!fd_ || fstat(fd_.get(), &info) != 0)
      throw system_error(errno, fmt::format("cannot read '{}'", path.string()));
    size_ = info.st_size;
  }

  void feed(Hash& hash) {
    for (off_t at = 0; at < size_;) {
      const auto data = std::min(data_after(at), size_);
      for (; at < data; at += std::min<off_t>(kBlock, data - at))
        hash.feed(zeros_.data(), static_cast<std::size_t>(std::min<off_t>(kBlock, data - at)));
      const auto hole = at < size_ ? std::min(lseek(fd_.get(), at, SEEK_HOLE), size_) : size_;
      while (at < hole) at += feed_block(hash, at, hole);
    }
  }

 private:
  [[nodiscard]] off_t data_after(off_t at) const {
    const auto data = lseek(fd_.get(), at, SEEK_DATA);
    return data < 0 ? size_ : data;
  }
  off_t feed_block(Hash& hash, off_t at, off_t end) {
    const auto wanted = static_cast<std::size_t>(std::min<off_t>(kBlock, end - at));
    const auto got = pread(fd_.get(), block_.data(), wanted, at);
    if (got < 0) throw system_error(errno, fmt::format("cannot read '{}'", path_.string()));
    if (got == 0)
      throw Error(Blame::environment,
                  fmt::format("'{}' was cut while it was read", path_.string()));
    hash.feed(block_.data(), static_cast<std::size_t>(got));
    return got;
  }

  const fs::path& path_;
  UniqueFd fd_;
  off_t size_ = 0;
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

std::string digest_of_file(const fs::path& path) {
  Hash hash;
  FileReader(path).feed(hash);
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
