#include "compare/reports/wording.hpp"

#include "report_page.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace dhg::compare {
namespace {

std::string in_html(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '<')
      result += "&lt;";
    else if (c == '&')
      result += "&amp;";
    else
      result += c;
  }
  return result;
}

const char* css_class(stats::Verdict verdict) {
  return verdict == stats::Verdict::faster   ? "faster"
         : verdict == stats::Verdict::slower ? "slower"
                                             : "soft";
}

// What a reader wants first, readable without the script that draws the charts.
std::string introduction(const CompareResult& result) {
  const auto& measurement = result.measurement;
  auto html = fmt::format(
      "<pre><code>{}</code></pre>\n<p class=\"soft\">{}. Measured {}.</p>\n<ul "
      "class=\"verdicts\">\n",
      in_html(measurement.program.empty() ? "(commands)" : measurement.program),
      in_html(describe_plan(measurement)), in_html(measurement.began));
  for (const auto& pair : result.analysis.pairs)
    html += fmt::format("<li class=\"{}\">{}</li>\n", css_class(verdict(pair.comparison)),
                        in_html(describe_pair(result, pair)));
  html += "</ul>\n<ul>\n";
  for (const auto& line : describe_findings(result))
    html += fmt::format("<li>{}</li>\n", in_html(line));
  return html + "</ul>\n";
}

void fill(std::string& page, std::string_view place, const std::string& text) {
  page.replace(page.find(place), place.size(), text);
}

} // namespace

std::string html_report(const CompareResult& result, const nlohmann::json& document) {
  const auto text = document.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  // Inside a script element only "<" could end it.
  std::string data;
  for (const char c : text) data += c == '<' ? std::string("\\u003c") : std::string(1, c);
  std::string page(report_page);
  fill(page, "/*DATA*/null", data); // first: the introduction may contain anything
  fill(page, "<!--INTRODUCTION-->", introduction(result));
  return page;
}

} // namespace dhg::compare
