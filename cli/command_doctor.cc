// SPDX-License-Identifier: Apache-2.0
//
// dpwa doctor: which tools are installed, and what that makes possible.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/commands.h"
#include "cli/text_table.h"
#include "fpga/tools/survey.h"

namespace dpwa::cli {
namespace {

using nlohmann::ordered_json;

ordered_json or_null(const std::string& text) {
  return text.empty() ? ordered_json(nullptr) : ordered_json(text);
}

ordered_json to_json(const tools::Survey& survey) {
  ordered_json json = {{"complete", survey.complete()}};
  json["tools"] = ordered_json::array();
  for (const tools::Tool& tool : survey.tools) {
    json["tools"].push_back({{"name", tool.name},
                             {"needed", tool.needed},
                             {"found", tool.found()},
                             {"path", or_null(tool.path.string())},
                             {"version", or_null(tool.version)},
                             {"enables", tool.enables},
                             {"get", tool.get}});
  }
  json["boards"] = ordered_json::array();
  for (const tools::Board& board : survey.boards) {
    json["boards"].push_back({{"name", board.name}, {"tools", board.tools}, {"missing", board.missing}});
    json["boards"].back()["loader_name"] = board.loader_name;
    json["boards"].back()["loader_knows"] =
        board.loader_knows ? ordered_json(*board.loader_knows) : ordered_json(nullptr);
  }
  return json;
}

std::string tools_text(const tools::Survey& survey) {
  std::vector<std::vector<std::string>> rows = {{"tool", "version", "for", "where, or how to get it"}};
  for (const tools::Tool& tool : survey.tools) {
    const std::string version = !tool.found() ? "missing" : tool.version.empty() ? "found" : tool.version;
    rows.push_back({tool.name, version, tool.enables, tool.found() ? tool.path.string() : tool.get});
  }
  return text_table(rows);
}

std::string boards_text(const tools::Survey& survey) {
  std::vector<std::vector<std::string>> rows = {{"board", "bitstream", "flash"}};
  for (const tools::Board& board : survey.boards) {
    const char* flash = !board.loader_knows ? "no openFPGALoader" : "this openFPGALoader does not know it";
    if (board.loader_knows.value_or(false)) flash = "yes";
    rows.push_back(
        {board.name,
         board.missing.empty() ? "yes" : fmt::format("missing: {}", fmt::join(board.missing, ", ")), flash});
  }
  return text_table(rows);
}

}  // namespace

void add_doctor(CLI::App& app, Context& context) {
  CLI::App* command =
      app.add_subcommand("doctor", "Show which tools are installed and what they make possible");
  command->callback([&context] {
    context.run = [&context] {
      const tools::Survey survey = tools::survey();
      context.result = to_json(survey);
      context.text = tools_text(survey) + "\n" + boards_text(survey);
      if (!survey.complete())
        context.text += "\nsimulate or synth cannot work: a tool that they need is missing\n";
      return survey.complete() ? ExitCode::ok : ExitCode::missing_tool;
    };
  });
}

}  // namespace dpwa::cli
