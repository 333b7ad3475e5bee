#include "memory/stage.hpp"

namespace dhg::memory {

std::string_view to_string(Stage stage) noexcept {
  switch (stage) {
    case Stage::preparing:
      return "preparing";
    case Stage::waiting:
      return "waiting";
    case Stage::receiving:
      return "receiving";
    case Stage::attaching:
      return "attaching";
    case Stage::serving:
      return "serving";
    case Stage::mapped:
      return "mapped";
    case Stage::ended:
      return "ended";
  }
  return "?";
}

bool may_follow(Stage from, Stage to) noexcept {
  switch (from) {
    case Stage::preparing:
      return to == Stage::waiting || to == Stage::ended;
    case Stage::waiting:
      return to == Stage::receiving || to == Stage::mapped || to == Stage::ended;
    case Stage::receiving:
      return to == Stage::attaching || to == Stage::mapped || to == Stage::ended;
    case Stage::attaching:
      return to == Stage::serving || to == Stage::ended;
    case Stage::serving:
    case Stage::mapped:
      return to == Stage::ended;
    case Stage::ended:
      return false;
  }
  return false;
}

} // namespace dhg::memory
