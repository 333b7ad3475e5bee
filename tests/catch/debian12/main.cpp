#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#include <string_view>
#include <vector>

// Catch2 3 lists the bare names with --list-tests --verbosity quiet; 2 has an option for it.
int main(int argc, char** argv) {
  using namespace std::string_view_literals;
  std::vector<const char*> args(argv, argv + argc);
  if (argc > 3 && args[1] == "--list-tests"sv && args[2] == "--verbosity"sv &&
      args[3] == "quiet"sv) {
    args.erase(args.begin() + 1, args.begin() + 3);
    args[1] = "--list-test-names-only";
  }
  return Catch::Session().run(static_cast<int>(args.size()), args.data());
}
