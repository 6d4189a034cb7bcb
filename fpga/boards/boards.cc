// SPDX-License-Identifier: Apache-2.0
#include "fpga/boards/boards.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "fpga/boards/embedded_boards.h"
#include "model/base/error.h"

namespace dpwa::boards {
namespace {

constexpr const char* kFolder = "fpga/boards";
constexpr std::int64_t kFlashBytes = std::int64_t{1} << 24;  // that three bytes of address reach

/// A table whose keys are all asked for, once each.
class Reader {
 public:
  Reader(std::string where, const toml::table& table) : where_(std::move(where)), table_(table) {}

  template <typename Value>
  Value get(const char* key) {
    asked_.insert(key);
    const auto value = table_[key].value_exact<Value>();
    if (!value) throw fail(ExitCode::bad_input, "{}: {} is missing or of the wrong type", where_, key);
    return *value;
  }
  const toml::array& array(const char* key) {
    asked_.insert(key);
    const toml::array* values = table_[key].as_array();
    if (values == nullptr || values->empty())
      throw fail(ExitCode::bad_input, "{}: {}: expected a list with an entry", where_, key);
    return *values;
  }
  const toml::table& table(const char* key) {
    asked_.insert(key);
    const toml::table* inner = table_[key].as_table();
    if (inner == nullptr) throw fail(ExitCode::bad_input, "{}: {}: expected a table", where_, key);
    return *inner;
  }
  void end() const {
    for (const auto& [key, node] : table_) {
      if (asked_.count(std::string(key.str())) == 0)
        throw fail(ExitCode::bad_input, "{}: unknown key {}", where_, std::string(key.str()));
    }
  }

 private:
  std::string where_;
  const toml::table& table_;
  std::set<std::string> asked_;
};

Clock parse_clock(const std::string& where, const toml::node& node) {
  if (!node.is_table()) throw fail(ExitCode::bad_input, "{}: clocks: expected tables", where);
  Reader reader(where + ": clocks", *node.as_table());
  Clock clock;
  clock.hz = reader.get<std::int64_t>("hz");
  if (clock.hz <= 0) throw fail(ExitCode::bad_input, "{}: clocks: hz: expected more than 0", where);
  for (const auto& [key, value] : reader.table("parameters")) {
    const auto number = value.value_exact<std::int64_t>();
    if (!number) throw fail(ExitCode::bad_input, "{}: clocks: parameters: expected integers", where);
    clock.parameters.emplace_back(key.str(), *number);
  }
  reader.end();
  return clock;
}

std::string_view file_of(const std::string& folder, const std::string& file) {
  const std::string path = fmt::format("{}/{}/{}", kFolder, folder, file);
  for (const EmbeddedFile& each : embedded_boards()) {
    if (each.path == path) return each.text;
  }
  throw fail(ExitCode::internal, "{}: not in this executable", path);
}

toml::table parse_toml(const std::string& where, std::string_view text) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& problem) {
    throw fail(ExitCode::bad_input, "{}: line {}: not TOML: {}", where, problem.source().begin.line,
               problem.description());
  }
}

}  // namespace

Board parse_board(const std::string& name, std::string_view text) {
  const std::string where = fmt::format("{}/{}/board.toml", kFolder, name);
  const toml::table table = parse_toml(where, text);
  Reader reader(where, table);
  Board board;
  board.name = name;
  board.family = reader.get<std::string>("family");
  board.device = reader.get<std::string>("device");
  board.package = reader.get<std::string>("package");
  board.wrapper = reader.get<std::string>("wrapper");
  board.constraints = reader.get<std::string>("constraints");
  board.baud = static_cast<int>(reader.get<std::int64_t>("baud"));
  board.loader_name = reader.get<std::string>("loader_name");
  board.flash_address = reader.get<std::int64_t>("flash_address");
  if (board.flash_address <= 0 || board.flash_address >= kFlashBytes)
    throw fail(ExitCode::bad_input, "{}: flash_address: expected 1 to {}", where, kFlashBytes - 1);
  for (const toml::node& tool : reader.array("tools")) board.tools.push_back(tool.value_or(std::string()));
  for (const toml::node& clock : reader.array("clocks")) board.clocks.push_back(parse_clock(where, clock));
  reader.end();
  std::sort(board.clocks.begin(), board.clocks.end(),
            [](const Clock& a, const Clock& b) { return a.hz < b.hz; });
  return board;
}

std::vector<Board> all_boards() {
  std::vector<Board> boards;
  for (const EmbeddedFile& file : embedded_boards()) {
    const std::filesystem::path path(file.path);
    if (path.filename() != "board.toml") continue;
    boards.push_back(parse_board(path.parent_path().filename().string(), file.text));
  }
  return boards;
}

Board find_board(const std::string& name) {
  std::vector<std::string> names;
  for (const Board& board : all_boards()) {
    if (board.name == name) return board;
    names.push_back(board.name);
  }
  throw fail(ExitCode::usage, "--board {}: unknown; choose one of {}", name, fmt::join(names, ", "));
}

std::string_view common_file() { return file_of("common", kCommonFile); }

std::string_view board_file(const Board& board, const std::string& file) { return file_of(board.name, file); }

}  // namespace dpwa::boards
