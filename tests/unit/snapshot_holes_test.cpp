#include "dhg/error.hpp"
#include "snapshot/digest.hpp"
#include "snapshot/holes.hpp"
#include "snapshot_folder.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <catch2/catch_all.hpp>
#include <cerrno>
#include <chrono>
#include <vector>

using namespace snapshot_test;

namespace {

constexpr std::size_t kPage = 4096;

// One character a page: '.' zeros, 'h' hole, 'a' zeros but the first byte, 'z'
// but the last.
class PageFile {
 public:
  PageFile(const fs::path& path, const std::string& pages, std::size_t tail = 0)
      : path_(path), fd_(open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600)) {
    REQUIRE(fd_.get() >= 0);
    REQUIRE(ftruncate(fd_.get(), static_cast<off_t>(pages.size() * kPage + tail)) == 0);
    for (std::size_t i = 0; i < pages.size(); ++i) {
      std::string page(kPage, '\0');
      if (pages[i] == 'a') page.front() = 1;
      if (pages[i] == 'z') page.back() = 1;
      if (pages[i] != 'h') put(page, i);
    }
    if (tail != 0) put(std::string(tail, '\0'), pages.size());
  }

  void put(const std::string& bytes, std::size_t page) {
    REQUIRE(pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(page * kPage)) ==
            static_cast<ssize_t>(bytes.size()));
  }
  // 'h' for a hole, 'd' for data.
  [[nodiscard]] std::string layout() const {
    std::string result;
    const auto size = fs::file_size(path_);
    for (std::size_t at = 0; at < size; at += kPage) {
      const auto data = lseek(fd_.get(), static_cast<off_t>(at), SEEK_DATA);
      result += data >= 0 && static_cast<std::size_t>(data) < at + kPage ? 'd' : 'h';
    }
    return result;
  }
  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  fs::path path_;
  dhg::UniqueFd fd_;
};

} // namespace

TEST_CASE("Zero pages become holes, exactly, and contents stay") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "memory";
  struct Case {
    std::string pages;
    std::uint64_t least_run;
    std::string layout;
  };
  const std::string many(300, '.'); // more than a block
  for (const auto& [pages, least_run, layout] :
       std::vector<Case>{{"a..z", kPage, "dhhd"},
                         {"....", kPage, "hhhh"},
                         {"aazz", kPage, "dddd"},
                         {"hhhh", kPage, "hhhh"},
                         {".a.a", kPage, "hdhd"},
                         {"a..a...a", 3 * kPage, "ddddhhhd"},
                         {"a...", 3 * kPage, "dhhh"},
                         {"a..", 3 * kPage, "ddd"},
                         {"..h..a", 3 * kPage, "ddhddd"}, // two runs of two
                         {"ahha.h.z", kPage, "dhhdhhhd"},
                         {"a" + many + "z", kPage, "d" + std::string(300, 'h') + "d"},
                         {"a" + many + "z", 301 * kPage, std::string(302, 'd')},
                         {"a" + many + "z", 300 * kPage, "d" + std::string(300, 'h') + "d"}}) {
    INFO(pages << ", runs of " << least_run);
    const PageFile file(path, pages);
    const auto before = digest_of_file(path);
    const auto dug = dig_zero_pages(file.fd(), least_run);
    CHECK(file.layout() == layout);
    CHECK(digest_of_file(path) == before);
    CHECK(fs::file_size(path) == pages.size() * kPage);
    const auto holes = static_cast<std::uint64_t>(std::count(layout.begin(), layout.end(), 'h') -
                                                  std::count(pages.begin(), pages.end(), 'h'));
    CHECK(dug.before - dug.after == holes * kPage);
  }
}

TEST_CASE("A copy has the data and the holes of what it was copied from") {
  const TemporaryFolder folder;
  const auto from = folder.path() / "from";
  const auto to = folder.path() / "to";
  const std::string many(600, 'a'); // more than two blocks
  for (const auto& [pages, tail] : std::vector<std::pair<std::string, std::size_t>>{
           {"", 0}, {"hhh", 0}, {"ahhz", 0}, {"hah" + many + "hz", 100}, {many, 0}}) {
    INFO(pages);
    const PageFile source(from, pages, tail);
    const PageFile copy(to, "");
    copy_data(source.fd(), copy.fd());
    CHECK(fs::file_size(to) == fs::file_size(from));
    CHECK(copy.layout() == source.layout());
    CHECK(digest_of_file(to) == digest_of_file(from));
  }
}

TEST_CASE("A copy that does not fit is an error") {
  const TemporaryFolder folder;
  const PageFile source(folder.path() / "from", "aaaa");
  const dhg::UniqueFd full(open("/dev/full", O_RDWR));
  REQUIRE(full);
  CHECK_THROWS_AS(copy_data(source.fd(), full.get()), dhg::Error);
  CHECK_THROWS_AS(copy_data(-1, full.get()), dhg::Error);
}

TEST_CASE("A last piece of less than a page stays, and what precedes it is dug") {
  const TemporaryFolder folder;
  const PageFile file(folder.path() / "memory", "a..", 100);
  const auto dug = dig_zero_pages(file.fd(), kPage);
  CHECK(file.layout() == "dhhd");
  CHECK(dug.after > 0);
  CHECK(dug.after < dug.before);
}

TEST_CASE("An empty file has nothing to dig, a wrong descriptor is an error") {
  const TemporaryFolder folder;
  const PageFile file(folder.path() / "memory", "");
  CHECK(dig_zero_pages(file.fd(), kPage).after == 0);
  CHECK_THROWS_AS(dig_zero_pages(-1, kPage), dhg::Error);
  const PageFile other(folder.path() / "other", "a.");
  const dhg::UniqueFd reader(open((folder.path() / "other").c_str(), O_RDONLY));
  CHECK_THROWS_AS(dig_zero_pages(reader.get(), kPage), dhg::Error);
}

TEST_CASE("Digging, copying and reading can be broken off") {
  const TemporaryFolder folder;
  write_text(folder.path() / "file", std::string(3U << 20, 'x'));
  const dhg::UniqueFd file(open((folder.path() / "file").c_str(), O_RDWR | O_CLOEXEC));
  const dhg::UniqueFd copy(memfd_create("copy", MFD_CLOEXEC));
  static dhg::os::SignalFd signals;
  const dhg::os::Ear ear(signals, dhg::deadline_in(std::chrono::seconds(0)));
  CHECK_THROWS_AS(dig_zero_pages(file.get(), kPage, &ear), dhg::os::Interrupted);
  CHECK_THROWS_AS(copy_data(file.get(), copy.get(), &ear), dhg::os::Interrupted);
  CHECK_THROWS_AS(digest_of_file(folder.path() / "file", &ear), dhg::os::Interrupted);
}
