#include "memory/compressed_copy.hpp"
#include "memory/page_reader.hpp"
#include "memory/page_source.hpp"

#include "dhg/error.hpp"
#include "dhg/unique_fd.hpp"
#include "os/file.hpp"

#include <fmt/format.h>
#include <xxhash.h>
#include <zstd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

namespace dhg::memory {
namespace {

using namespace compressed;

constexpr int kLevel = 1; // reading has to be fast; more saves little of memory's contents

class OutputFile {
 public:
  explicit OutputFile(const std::filesystem::path& path)
      : path_(path), fd_(os::overwrite_file(path_)) {
    if (!fd_) fail();
  }
  void write_at(std::uint64_t offset, const void* data, std::size_t size) const {
    if (!os::write_at(fd_.get(), data, size, offset)) fail();
  }

 private:
  [[noreturn]] void fail() const {
    throw system_error(errno, fmt::format("cannot write '{}'", path_.string()),
                       "free some disk space, or use page_source=mapped");
  }
  const std::filesystem::path path_;
  const UniqueFd fd_;
};

} // namespace

void write_compressed_copy(const std::filesystem::path& memory, const std::filesystem::path& copy,
                           const std::string& binding, const os::Ear* ear) {
  const FilePageSource source(memory);
  Header header;
  header.memory_bytes = source.size();
  header.frames = (source.size() + kFrame - 1) / kFrame;
  if (binding.size() >= header.binding.size())
    throw Error(Blame::environment, "what the compressed copy is bound to is too long");
  std::copy(binding.begin(), binding.end(), header.binding.begin());

  struct FreeContext {
    void operator()(ZSTD_CCtx* context) const noexcept { ZSTD_freeCCtx(context); }
  };
  const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  if (!context) throw std::bad_alloc();
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);

  const OutputFile file(copy);
  std::vector<Entry> index(header.frames);
  auto end = sizeof header + index.size() * sizeof(Entry);
  std::vector<std::byte> frame(ZSTD_compressBound(kFrame));
  for (const auto& extent : source.data_extents()) {
    for (auto i = extent.offset / kFrame; i * kFrame < extent.end(); ++i) {
      if (index[i].length != 0) continue; // began in the extent before
      os::hear(ear);
      const auto begin = i * kFrame;
      const auto size =
          ZSTD_compress2(context.get(), frame.data(), frame.size(), source.data() + begin,
                         std::min(kFrame, source.size() - begin));
      if (ZSTD_isError(size) != 0)
        throw Error(Blame::environment,
                    fmt::format("cannot compress memory: {}", ZSTD_getErrorName(size)));
      file.write_at(end, frame.data(), size);
      index[i] = {end, size};
      end += size;
    }
  }
  header.digest = XXH3_64bits(index.data(), index.size() * sizeof(Entry));
  file.write_at(sizeof header, index.data(), index.size() * sizeof(Entry));
  file.write_at(0, &header, sizeof header);
}

} // namespace dhg::memory
