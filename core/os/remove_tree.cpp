#include "os/remove_tree.hpp"

#include <ftw.h>
#include <cstdio>

namespace dhg::os {

void remove_tree(const std::filesystem::path& path) noexcept {
  constexpr int kOpenFolders = 16;
  nftw(
      path.c_str(),
      [](const char* entry, const struct stat* /*info*/, int /*type*/, struct FTW* /*place*/) {
        (void)std::remove(entry);
        return 0;
      },
      kOpenFolders, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

} // namespace dhg::os
