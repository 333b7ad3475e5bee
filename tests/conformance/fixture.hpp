#pragma once

#include "fake_vm.hpp"
#include "memory/memory_session.hpp"
#include "memory_file.hpp"
#include "page_server_library.hpp"
#include "words.hpp"

#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace dhg::conformance {

using fakes::kKiB;
inline constexpr std::uint64_t kMiB = 1024 * kKiB;

/// How a test's memory looks.
struct Layout {
  const char* name;
  std::uint64_t size;
  std::vector<ByteRange> data;
  std::vector<ByteRange> regions;
};

inline std::ostream& operator<<(std::ostream& out, const Layout& layout) {
  return out << layout.name;
}

/// One region of no round size, data and holes of all sizes in it.
[[nodiscard]] Layout one_region();
/// Regions with gaps between them that no guest memory lies behind.
[[nodiscard]] Layout several_regions();
/// All of it data.
[[nodiscard]] Layout full_region(std::uint64_t size);

/// For a session: a page server that the test keeps.
[[nodiscard]] inline std::shared_ptr<PageServer> lent(PageServer& server) {
  return {std::shared_ptr<void>(), &server};
}

/// Far more than a call takes, and short enough to wait for a page server that hangs.
[[nodiscard]] memory::CallLimits within_seconds();

/// A fake VMM whose memory is served by a real MemorySession.
class Served {
 public:
  Served(const Layout& layout, std::shared_ptr<PageServer> server, std::string name,
         memory::CallLimits limits = within_seconds(), const std::vector<ByteRange>& present = {},
         SnapshotNotes* notes = nullptr);
  /// Takes the page server's object.
  Served(const Layout& layout, fakes::LoadedPageServer& server,
         memory::CallLimits limits = within_seconds(), const std::vector<ByteRange>& present = {},
         SnapshotNotes* notes = nullptr)
      : Served(layout, std::move(server.object), server.name, limits, present, notes) {}
  /// The test keeps the page server.
  Served(const Layout& layout, PageServer& server, std::string name,
         memory::CallLimits limits = within_seconds())
      : Served(layout, lent(server), std::move(name), limits) {}
  /// Ends the VMM first: a session may only go when nobody waits for its pages. Says why the
  /// run failed, if a finding was bad meanwhile.
  ~Served();

  /// Waits until the page server attached or failed. @return whether it attached
  [[nodiscard]] bool attach();
  /// Waits until the VMM is dead. @return false if it lives a second later
  [[nodiscard]] bool vmm_dies();
  [[nodiscard]] std::string failure() const { return session_->failure(); }
  [[nodiscard]] memory::MemoryStats stats() const { return session_->stats(); }
  [[nodiscard]] fakes::FakeVm& vm() { return vm_; }
  [[nodiscard]] const fakes::MemoryFile& file() const { return file_; }
  [[nodiscard]] const Layout& layout() const { return layout_; }
  /// Ends the VMM, then lets a page server that learns do so.
  [[nodiscard]] memory::Lesson finish();
  [[nodiscard]] calls::Supervisor& supervisor() { return supervisor_; }
  void close_memory() { session_->close_memory(); }
  /// Ends the session while the VMM may live on.
  void end_session() { session_.reset(); }

  /// Reads `range` in the guest and compares it page by page with the file, or
  /// with zeros. @return empty, or what is wrong
  [[nodiscard]] std::string read_and_compare(ByteRange range, fakes::Order order,
                                             std::uint32_t threads = 1);
  [[nodiscard]] std::string read_zeros(ByteRange range);

 private:
  [[nodiscard]] std::string compare(ByteRange range, const std::vector<std::byte>& expected) const;

  const Layout layout_;
  fakes::MemoryFile file_;
  memory::FilePageSource source_;
  timing::Timeline timeline_;
  calls::Supervisor supervisor_;
  fakes::FakeVm vm_;
  const int bad_findings_before_ = bad_findings();
  std::unique_ptr<memory::MemorySession> session_;
};

/// The guest did what it was told.
[[nodiscard]] inline Finding done(const std::optional<fakes::Reply>& reply) {
  return {reply.has_value(), "it did not answer"};
}
[[nodiscard]] const char* in_words(fakes::Order order);

/// The page servers under test that use userfaultfd, or all of them. Where none does, it is
/// told that the rule does not apply.
[[nodiscard]] std::vector<fakes::LoadedPageServer> lazy_page_servers();
[[nodiscard]] std::vector<fakes::LoadedPageServer> all_page_servers();

[[nodiscard]] bool readable_within(int fd, std::chrono::milliseconds span);

} // namespace dhg::conformance
