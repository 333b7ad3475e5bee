#include "run/exec/out_of_memory.hpp"

#include <catch2/catch_all.hpp>

using namespace dhg;
using Catch::Matchers::ContainsSubstring;

namespace {

const MachineSpec kMachine{std::uint64_t{3} << 30, 1, Accelerator::tcg};
const std::vector<std::string> kJvm{"@compile-in-warm-up", "-Xms64m", "-Xmx1g"};

CodeError error(std::string type, std::string traceback) {
  return {std::move(type), "", std::move(traceback)};
}

} // namespace

TEST_CASE("out of memory: a full Java heap is named with the setting for more") {
  const auto* said = GENERATE("RuntimeError: java.lang.OutOfMemoryError: Java heap space\n\tat a.B",
                              "java.lang.OutOfMemoryError: GC overhead limit exceeded");
  const auto advice = run::out_of_memory(error("DHError", said), kMachine, kJvm);
  REQUIRE(advice);
  CHECK(advice->message == "the Java heap is full: its limit is 1g");
  CHECK(advice->hint ==
        "give it more in dhg vm prepare and dhg exec: --set machine.memory=6144MiB "
        "--set jvm_args='-Xms64m -Xmx2g @compile-in-warm-up'");
}

TEST_CASE("out of memory: a limit that cannot be read is left as it is") {
  const auto* limit = GENERATE("-Xmx", "-Xmxlots", "-Xmx99999999999999999999", "-Xmx0", "-Xms1g");
  const auto advice = run::out_of_memory(
      error("DHError", "java.lang.OutOfMemoryError: Java heap space"), kMachine, {limit});
  REQUIRE(advice);
  CHECK(advice->message == "the Java heap is full");
  CHECK_THAT(advice->hint, ContainsSubstring(limit));
}

TEST_CASE("out of memory: a MemoryError names what the guest has") {
  const auto plain = run::out_of_memory(error("MemoryError", "T"), kMachine, {});
  REQUIRE(plain);
  CHECK(plain->message == "the guest has 3072 MiB of memory");
  CHECK_THAT(plain->hint, ContainsSubstring("--set machine.memory=6144MiB"));
  const auto beside_java = run::out_of_memory(error("MemoryError", "T"), kMachine, kJvm);
  REQUIRE(beside_java);
  CHECK_THAT(beside_java->message, ContainsSubstring("Java heap"));
}

TEST_CASE("out of memory: other errors are no matter of memory") {
  CHECK_FALSE(run::out_of_memory(error("ValueError", "memory"), kMachine, kJvm));
  CHECK_FALSE(run::out_of_memory(
      error("RuntimeError", "java.lang.OutOfMemoryError: Requested array size exceeds VM limit"),
      kMachine, kJvm));
}
