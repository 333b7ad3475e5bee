#include "plugin/kind.hpp"

namespace dhg::plugin {

const char* kind_name(dhg_plugin_kind kind) noexcept {
  switch (kind) {
    case DHG_PAGE_SERVER:
      return "page server";
    case DHG_RESULT_CHANNEL:
      return "result channel";
    case DHG_VM_LAUNCHER:
      return "VM launcher";
  }
  return "plugin of an unknown kind";
}

const char* kind_folder(dhg_plugin_kind kind) noexcept {
  switch (kind) {
    case DHG_PAGE_SERVER:
      return "page_servers";
    case DHG_RESULT_CHANNEL:
      return "result_channels";
    case DHG_VM_LAUNCHER:
      return "launchers";
  }
  return "";
}

const char* kind_section(dhg_plugin_kind kind) noexcept {
  switch (kind) {
    case DHG_PAGE_SERVER:
      return "page_server";
    case DHG_RESULT_CHANNEL:
      return "result_channel";
    case DHG_VM_LAUNCHER:
      return "launcher";
  }
  return "";
}

const char* kind_word(dhg_plugin_kind kind) noexcept {
  switch (kind) {
    case DHG_PAGE_SERVER:
      return "page-server";
    case DHG_RESULT_CHANNEL:
      return "result-channel";
    case DHG_VM_LAUNCHER:
      return "launcher";
  }
  return "";
}

} // namespace dhg::plugin
