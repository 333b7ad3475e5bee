#include "compare/reports/reports.hpp"

#include "report_page.hpp"

#include <nlohmann/json.hpp>

namespace dhg::compare {

std::string html_report(const nlohmann::json& document) {
  constexpr std::string_view kPlace = "/*DATA*/null";
  const auto text = document.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  // Inside a script element only "<" could end it.
  std::string data;
  for (const char c : text) data += c == '<' ? std::string("\\u003c") : std::string(1, c);
  std::string page(report_page);
  return page.replace(page.find(kPlace), kPlace.size(), data);
}

} // namespace dhg::compare
