#include "suite_report.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <cctype>
#include <sstream>
#include <string_view>

namespace dhg::cli {
namespace {

using boost::property_tree::ptree;

constexpr std::size_t kMostFindings = 8;
constexpr std::string_view kNone = "n/a     ";
constexpr std::string_view kWhy = "why     ";

std::string text_of(const ptree& node, const char* name) {
  auto text = node.get<std::string>(name, "");
  const auto is_space = [](unsigned char c) { return std::isspace(c) != 0; };
  text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), is_space));
  text.erase(std::find_if_not(text.rbegin(), text.rend(), is_space).base(), text.end());
  return text;
}

class Reader {
 public:
  Reader(const ptree& tree, const std::string& rule) : rule_(rule) {
    walk(tree);
    report_.is_complete = test_cases_ == 1 && ended_;
    report_.passed = report_.is_complete && ended_well_;
    if (report_.findings.size() > kMostFindings) {
      report_.findings.resize(kMostFindings);
      report_.findings.emplace_back("...");
    }
  }
  [[nodiscard]] RuleReport take() { return std::move(report_); }

 private:
  void walk(const ptree& node) {
    for (const auto& [name, child] : node) {
      if (name == "TestCase") {
        ++test_cases_;
        if (child.get("<xmlattr>.name", "") != rule_) ++test_cases_;
        walk(child);
      } else if (name == "OverallResult") {
        ended_ = true;
        ended_well_ = child.get("<xmlattr>.success", false);
      } else if (name == "Info") {
        circumstances_.push_back(text_of(child, ""));
      } else if (name == "Warning") {
        remark(text_of(child, ""));
      } else if (name == "Failure") {
        add(text_of(child, ""));
      } else if (name == "Exception") {
        add("found   an exception: " + text_of(child, ""));
      } else if (name == "FatalErrorCondition") {
        add("found   a crash: " + text_of(child, ""));
      } else {
        walk(child); // of an Expression too: what happened in it is in words, it is not
      }
    }
  }

  void remark(const std::string& text) {
    if (text.starts_with(kNone))
      report_.why_none = text.substr(kNone.size());
    else if (!text.starts_with(kWhy) || !is_told(text.substr(kWhy.size())))
      report_.findings.push_back(text);
  }

  // What the suite says beside an assertion precedes it. The same is not told twice.
  void add(const std::string& lines) {
    std::vector<std::string> block;
    for (const auto& text : circumstances_)
      if (!text.empty()) block.push_back("with    " + text);
    circumstances_.clear();
    std::istringstream stream(lines);
    for (std::string text; std::getline(stream, text);)
      if (!text.empty()) block.push_back(text);
    auto& told = report_.findings;
    if (std::search(told.begin(), told.end(), block.begin(), block.end()) == told.end())
      told.insert(told.end(), block.begin(), block.end());
  }

  [[nodiscard]] bool is_told(const std::string& text) const {
    return std::any_of(report_.findings.begin(), report_.findings.end(),
                       [&](const auto& told) { return told.find(text) != std::string::npos; });
  }

  const std::string& rule_;
  RuleReport report_;
  std::vector<std::string> circumstances_;
  int test_cases_ = 0;
  bool ended_ = false;
  bool ended_well_ = false;
};

} // namespace

RuleReport read_suite_report(const std::string& xml, const std::string& rule) {
  ptree tree;
  std::istringstream stream(xml);
  try {
    boost::property_tree::read_xml(stream, tree);
  } catch (const boost::property_tree::xml_parser_error&) {
    return {}; // the suite died while it wrote
  }
  return Reader(tree, rule).take();
}

} // namespace dhg::cli
