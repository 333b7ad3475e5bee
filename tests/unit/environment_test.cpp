#include "environment.hpp"

#include "dhg/error.hpp"
#include "os/signals.hpp"
#include "temporary_folder.hpp"

#include <catch2/catch_all.hpp>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>

using namespace dhg;
using Catch::Matchers::ContainsSubstring;
using guest_link::Environment;

namespace {

Environment environment_of(const std::vector<std::string>& args) {
  cli::po::options_description options;
  cli::add_environment_options(options);
  cli::po::variables_map values;
  cli::po::store(cli::po::command_line_parser(args).options(options).run(), values);
  sigset_t mask;
  sigprocmask(SIG_SETMASK, nullptr, &mask);
  std::optional<os::SignalFd> signals(std::in_place);
  const os::Ear ear(*signals);
  Environment found;
  try {
    found = cli::read_environment(values, ear);
  } catch (...) {
    signals.reset();
    sigprocmask(SIG_SETMASK, &mask, nullptr);
    throw;
  }
  signals.reset();
  sigprocmask(SIG_SETMASK, &mask, nullptr);
  return found;
}

std::string file_with(const fakes::TemporaryFolder& folder, const std::string& text) {
  const auto path = folder / "file";
  std::ofstream(path) << text;
  return path.string();
}

} // namespace

TEST_CASE("environment: values, and those of the caller") {
  setenv("DHG_TEST_VARIABLE", "mine", 1);
  CHECK(environment_of({"-e", "A=1", "--env", "DHG_TEST_VARIABLE", "-e", "B=x=y z", "-e", "C="}) ==
        Environment{{"A", "1"}, {"DHG_TEST_VARIABLE", "mine"}, {"B", "x=y z"}, {"C", ""}});
  unsetenv("DHG_TEST_VARIABLE");
  CHECK_THROWS_WITH(environment_of({"-e", "DHG_TEST_VARIABLE"}),
                    ContainsSubstring("DHG_TEST_VARIABLE"));
}

TEST_CASE("environment: the last value of a name, and --env before a file") {
  const fakes::TemporaryFolder folder;
  const auto path = file_with(folder, "A=file\nB=file\n");
  CHECK(environment_of({"-e", "A=1", "--env-file", path, "-e", "A=2"}) ==
        Environment{{"A", "2"}, {"B", "file"}});
}

TEST_CASE("environment: a file as docker's") {
  CHECK(cli::parse_env_file("# comment\n\n  A=1 \nB='q'\r\nC=#x", "f") ==
        Environment{{"A", "1 "}, {"B", "'q'"}, {"C", "#x"}});
  CHECK_THROWS_WITH(cli::parse_env_file("A=1\n=2\n", "f.env"),
                    ContainsSubstring("f.env:2: a variable's name is missing"));
  CHECK_THROWS_WITH(cli::parse_env_file("export A=1", "f.env"),
                    ContainsSubstring("f.env:1: 'export A' is no name of a variable"));
}

TEST_CASE("environment: secrets") {
  const fakes::TemporaryFolder folder;
  setenv("DHG_TEST_SECRET", "s3cret", 1);
  const auto path = file_with(folder, "from a file\n");
  CHECK(environment_of({"--secret", "DHG_TEST_SECRET", "--secret", "F=@" + path}) ==
        Environment{{"DHG_TEST_SECRET", "s3cret"}, {"F", "from a file"}});
  unsetenv("DHG_TEST_SECRET");
  for (const auto* bad : {"X=s3cret", "X=", "X=@", "X=@/nowhere", "=@f"}) {
    try {
      (void)environment_of({"--secret", bad});
      FAIL(bad);
    } catch (const Error& error) {
      CHECK(error.blame() == Blame::usage);
      CHECK_THAT(error.what() + error.hint(), !ContainsSubstring("s3cret"));
    }
  }
}

TEST_CASE("environment: a value with a NUL cannot be") {
  const fakes::TemporaryFolder folder;
  const auto path = file_with(folder, std::string("a\0b", 3));
  CHECK_THROWS_WITH(environment_of({"--secret", "A=@" + path}), ContainsSubstring("NUL"));
}
