// What is true of every launcher before a machine runs.

#include "machine.hpp"
#include "words.hpp"

using namespace dhg;
using namespace dhg::conformance;

TEST_CASE("A launcher can be made of its options", "[made][no-guest]") {
  NEED("its library loads and its factory makes an object", problem_of([] { (void)subjects(); }));
}

TEST_CASE("A launcher tells what the host has and lacks, and what mends it", "[no-guest]") {
  for (const auto& subject : subjects()) {
    INFO(subject.name);
    for (const auto purpose : {Purpose::boot, Purpose::restore}) {
      const auto requirements = subject.launcher->requirements(purpose);
      WANT("there is at least one requirement", !requirements.empty());
      for (const auto& requirement : requirements) {
        INFO(requirement.name << ": " << requirement.detail);
        WANT("the requirement has a name", !requirement.name.empty());
        WANT("the requirement has a detail", !requirement.detail.empty());
        WANT("the requirement has a remedy exactly if it is not met",
             requirement.met == requirement.remedy.empty());
        // Or the cases below could not pass.
        WANT("this host meets the requirement", requirement.met);
      }
    }
  }
}

TEST_CASE("A launcher's fingerprint stays the same as long as the VMM does", "[no-guest]") {
  for (const auto& subject : subjects()) {
    INFO(subject.name);
    const auto fingerprint = subject.launcher->fingerprint();
    WANT("the fingerprint is not empty", !fingerprint.empty());
    WANT("the fingerprint, when it is asked for again",
         equal(subject.launcher->fingerprint(), fingerprint));
  }
}

TEST_CASE("Two launchers have different fingerprints", "[no-guest]") {
  if (subjects().size() < 2) return does_not_apply("it takes two launchers, and there is one");
  for (const auto& one : subjects())
    for (const auto& other : subjects())
      if (&one != &other)
        WANT(fmt::format("'{}' and '{}' have different fingerprints", one.name, other.name),
             one.launcher->fingerprint() != other.launcher->fingerprint());
}

TEST_CASE("A launcher explains its accelerator in words", "[no-guest]") {
  for (const auto& subject : subjects()) {
    INFO(subject.name);
    WANT("the description of its acceleration is not empty",
         !subject.launcher->describe_acceleration().empty());
  }
}
