// What is true of every launcher before a machine runs.

#include "machine.hpp"

#include <catch2/catch_all.hpp>

using namespace dhg;
using namespace dhg::conformance;

TEST_CASE("A launcher tells what the host has and lacks, and what mends it", "[no-guest]") {
  for (const auto& subject : subjects()) {
    INFO(subject.name);
    for (const auto purpose : {Purpose::boot, Purpose::restore}) {
      const auto requirements = subject.launcher->requirements(purpose);
      CHECK_FALSE(requirements.empty());
      for (const auto& requirement : requirements) {
        INFO(requirement.name << ": " << requirement.detail);
        CHECK_FALSE(requirement.name.empty());
        CHECK_FALSE(requirement.detail.empty());
        CHECK(requirement.met == requirement.remedy.empty());
        CHECK(requirement.met); // or the cases below could not pass
      }
    }
  }
}

TEST_CASE("A launcher's fingerprint stays the same as long as the VMM does", "[no-guest]") {
  for (const auto& subject : subjects()) {
    INFO(subject.name);
    CHECK_FALSE(subject.launcher->fingerprint().empty());
    CHECK(subject.launcher->fingerprint() == subject.launcher->fingerprint());
  }
}

TEST_CASE("Two launchers have different fingerprints", "[no-guest]") {
  for (const auto& one : subjects())
    for (const auto& other : subjects())
      if (&one != &other) CHECK(one.launcher->fingerprint() != other.launcher->fingerprint());
}

TEST_CASE("A launcher explains its accelerator in words", "[no-guest]") {
  for (const auto& subject : subjects()) {
    INFO(subject.name);
    CHECK_FALSE(subject.launcher->describe_acceleration().empty());
  }
}
