#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dhg::snapshot {

/// What a snapshot is made of. Stored as manifest.json beside its files, written
/// last: where it is, the snapshot is complete.
struct Manifest {
  static constexpr int kFormat = 2;
  static constexpr std::size_t kMaxBytes = 1024 * 1024; ///< of its JSON

  struct File {
    std::string name; ///< in the snapshot's folder, no path
    std::uint64_t bytes = 0;
    std::uint64_t allocated_bytes = 0; ///< on disk; holes count nothing
    std::string digest;                ///< XXH3-128, hex
  };

  std::string created; ///< UTC, RFC 3339
  std::string dhg_version;
  struct Image {
    std::string recipe;
    std::string version; ///< empty for an image that comes in none
    std::string digest;  ///< of what it was built from
  } image;
  struct Guest {
    std::string agent;
    std::string agent_digest; ///< of the agent's, init's and the recipe's files
    std::string python;
    int protocol = 0;
    std::vector<std::string> jvm_args; ///< empty without a JVM
    std::string warmup_digest;         ///< of the programs that warmed it up
  } guest;
  struct Launcher {
    std::string name;
    std::string version;              ///< Vm::vmm_version()
    std::string fingerprint;          ///< VmLauncher::fingerprint()
    std::vector<std::string> options; ///< that differed from their defaults
  } launcher;
  struct Machine {
    std::uint64_t memory_bytes = 0;
    unsigned vcpus = 1;
    std::string accelerator; ///< "tcg" or "kvm"
  } machine;
  std::vector<std::string> channels; ///< result channels that were warmed up
  /// A program that warmed the guest up.
  struct WarmUp {
    std::string family;
    std::string program;
    std::vector<double> ms;         ///< of each run
    std::uint64_t memory_bytes = 0; ///< that the guest used for the first time then
    std::string failure;            ///< empty: none
  };
  std::vector<WarmUp> warmup;
  std::vector<File> files;
};

/// @return nullptr if there is none of that name
[[nodiscard]] const Manifest::File* find_file(const Manifest& manifest, std::string_view name);

[[nodiscard]] std::string to_json(const Manifest& manifest);
/// Hostile: every member is checked.
/// @throws Error that says what is wrong
[[nodiscard]] Manifest parse_manifest(const std::string& text);

} // namespace dhg::snapshot
