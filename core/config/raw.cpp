#include "config/raw.hpp"

#include <algorithm>
#include <utility>

namespace dhg::config {

const RawNode* RawNode::find(std::string_view key) const {
  const auto found =
      std::find_if(members.begin(), members.end(), [&](const auto& m) { return m.key == key; });
  return kind == Kind::map && found != members.end() ? &found->value : nullptr;
}

RawNode* RawNode::find(std::string_view key) {
  return const_cast<RawNode*>(std::as_const(*this).find(key));
}

} // namespace dhg::config
