#include "run/prepare/warm_up_programs.hpp"

#include "dhg/error.hpp"
#include "temporary_folder.hpp"

#include <catch2/catch_all.hpp>
#include <fstream>

using namespace dhg;
using dhg::fakes::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

// An image with two families, of which one has a file that is no program.
struct Images {
  TemporaryFolder folder;
  run::Recipe recipe;

  Images() {
    const auto image = folder.path() / "some";
    write(image / "recipe", "");
    write(image / "guest.yaml",
          "memory: 2MiB\nexecutor: python\nwarmup: [{runs: 4, program: last.py}]\n"
          "families: {runs: 2, folder: families}\n");
    write(image / "last.py", "last");
    write(image / "families/2-joins/b.py", "b");
    write(image / "families/2-joins/a.py", "a");
    write(image / "families/2-joins/README.md", "no program");
    write(image / "families/1-sorts/c.py", "c");
    recipe = run::load_recipe(folder.path(), "some");
  }
};

std::string described(const std::vector<run::WarmUpProgram>& programs) {
  std::string text;
  for (const auto& program : programs)
    text += program.family + "/" + program.name + "=" + program.text + "*" +
            std::to_string(program.runs) + (program.may_fail ? "? " : " ");
  return text;
}

} // namespace

TEST_CASE("warm-up: full has the families in order, and the image's own programs at the end") {
  const Images images;
  CHECK(described(run::choose_warm_up(images.recipe, "full")) ==
        "1-sorts/c.py=c*2? 2-joins/a.py=a*2? 2-joins/b.py=b*2? always/last.py=last*4 ");
  CHECK(described(run::choose_warm_up(images.recipe, "quick")) == "always/last.py=last*4 ");
}

TEST_CASE("warm-up: a folder takes the place of the families, and none of it may fail") {
  const Images images;
  const auto own = images.folder.path() / "own";
  write(own / "mine/x.py", "x");
  write(own / "loose.py", "y");
  CHECK(described(run::choose_warm_up(images.recipe, own.string())) ==
        "mine/x.py=x*2 own/loose.py=y*2 always/last.py=last*4 ");
  CHECK(described(run::choose_warm_up(images.recipe, own.string() + "/")).find("own/loose") !=
        std::string::npos);
}

TEST_CASE("warm-up: what is no choice is said") {
  const Images images;
  CHECK_THROWS_WITH(run::choose_warm_up(images.recipe, "fast"),
                    Catch::Matchers::ContainsSubstring("'fast'"));
  const auto empty = images.folder.path() / "empty";
  fs::create_directories(empty);
  CHECK_THROWS_WITH(run::choose_warm_up(images.recipe, empty.string()),
                    Catch::Matchers::ContainsSubstring("no programs"));
}

TEST_CASE("warm-up: its digest tells each change") {
  const Images images;
  const auto digest = [&](const char* choice) {
    return run::digest_of(run::choose_warm_up(images.recipe, choice));
  };
  const auto before = digest("full");
  CHECK(before == digest("full"));
  CHECK(before != digest("quick"));
  write(images.folder.path() / "some/families/1-sorts/c.py", "d");
  CHECK(before != digest("full"));
}
