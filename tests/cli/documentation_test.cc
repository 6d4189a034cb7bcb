// SPDX-License-Identifier: Apache-2.0
//
// docs/commands.md and --help name the same commands and options.
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "model/base/files.h"
#include "tests/cli/invocation.h"

namespace dpwa::cli {
namespace {

using Names = std::set<std::string>;

/// Every match of `pattern`'s first group in `text`.
Names all_matches(const std::string& text, const std::string& pattern) {
  const std::regex form(pattern);
  Names names;
  for (std::sregex_iterator it(text.begin(), text.end(), form), end; it != end; ++it) names.insert((*it)[1]);
  return names;
}

/// Option names of a help text: words that begin with a dash at the start of an option's line.
Names options_of_help(const std::string& help) {
  Names names;
  std::istringstream lines(help);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("  -", 0) != 0) continue;
    const std::string first = line.substr(2, line.find(' ', 2) - 2);
    for (const std::string& name : all_matches(first, "(-{1,2}[A-Za-z][A-Za-z-]*)")) names.insert(name);
  }
  names.erase("-h");
  names.erase("--help");
  return names;
}

/// Command -> option names of the tables of docs/commands.md.
std::map<std::string, Names> documented() {
  std::map<std::string, Names> commands;
  std::string current;
  std::istringstream lines(read_file(DPWA_SOURCE_DIR "/docs/commands.md"));
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("## dpwa ", 0) == 0) {
      current = line.substr(8, line.find(' ', 8) - 8);
      commands[current];
    } else if (!current.empty() && line.rfind("| `", 0) == 0) {
      const std::string cell = line.substr(0, line.find('|', 1));
      for (const std::string& name : all_matches(cell, "`(-{1,2}[A-Za-z][A-Za-z-]*)`"))
        commands[current].insert(name);
    }
  }
  return commands;
}

Names commands_of_help() {
  const std::string help = invoke({"--help"}).out;
  return all_matches(help.substr(help.find("Subcommands:")), "\n  ([a-z]+) ");
}

TEST(Documentation, EveryCommandOfTheExecutableIsDescribedWithItsOptions) {
  const std::map<std::string, Names> commands = documented();
  const Names registered = commands_of_help();
  Names described;
  for (const auto& [command, options] : commands) described.insert(command);
  ASSERT_EQ(described, registered);
  for (const std::string& command : registered) {
    EXPECT_EQ(commands.at(command), options_of_help(invoke({command, "--help"}).out)) << command;
  }
}

TEST(Documentation, HelpParserSeesLongShortAndPairedNames) {
  EXPECT_EQ(options_of_help("Options:\n  -h,--help  x\n  -o,--output TEXT  directory --not-this\n  -n INT  "
                            "y\n      --nor-this\n"),
            (Names{"-o", "--output", "-n"}));
}

}  // namespace
}  // namespace dpwa::cli
