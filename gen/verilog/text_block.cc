// SPDX-License-Identifier: Apache-2.0
#include "gen/verilog/text_block.h"

#include <regex>
#include <set>

#include "model/base/error.h"

namespace dpwa::gen {
namespace {

const char kHolePattern[] = R"(\$\{([^}]*)\})";

std::string filling_text(const TextBlock::Filling& filling) {
  using Kind = TextBlock::Filling::Kind;
  switch (filling.kind) {
    case Kind::number:
      return std::get<Int>(filling.value).text();
    case Kind::range:
      return gen::range(std::get<Int>(filling.value));
    default:
      return std::get<Expr>(filling.value).text();
  }
}

}  // namespace

TextBlock& TextBlock::fill(const std::string& hole, Filling::Kind kind, std::variant<Expr, Int> value) {
  fillings_.push_back({hole, kind, std::move(value)});
  return *this;
}

TextBlock& TextBlock::read(const std::string& hole, const Expr& value) {
  return fill(hole, Filling::Kind::read, value);
}

TextBlock& TextBlock::drive(const std::string& hole, const Expr& target) {
  return fill(hole, Filling::Kind::drive, target);
}

TextBlock& TextBlock::number(const std::string& hole, const Int& value) {
  return fill(hole, Filling::Kind::number, value);
}

TextBlock& TextBlock::range(const std::string& hole, const Int& width) {
  return fill(hole, Filling::Kind::range, width);
}

void TextBlock::check(const std::string& where) const {
  std::set<std::string> holes;
  const std::regex pattern(kHolePattern);
  for (auto it = std::sregex_iterator(text_.begin(), text_.end(), pattern); it != std::sregex_iterator();
       ++it) {
    holes.insert((*it)[1]);
  }
  std::set<std::string> filled;
  for (const Filling& filling : fillings_) {
    if (holes.count(filling.hole) == 0) {
      throw fail(ExitCode::usage, "{}: the text has no hole '{}'", where, filling.hole);
    }
    if (!filled.insert(filling.hole).second) {
      throw fail(ExitCode::usage, "{}: the hole '{}' is filled twice", where, filling.hole);
    }
    if (filling.kind == Filling::Kind::drive && !std::get<Expr>(filling.value).is_target()) {
      throw fail(ExitCode::usage, "{}: the hole '{}' drives '{}', which is not a signal", where, filling.hole,
                 filling_text(filling));
    }
  }
  for (const std::string& hole : holes) {
    if (filled.count(hole) == 0) throw fail(ExitCode::usage, "{}: the hole '{}' is not filled", where, hole);
  }
}

std::string TextBlock::filled() const {
  std::string result;
  const std::regex pattern(kHolePattern);
  auto rest = text_.cbegin();
  for (auto it = std::sregex_iterator(text_.begin(), text_.end(), pattern); it != std::sregex_iterator();
       ++it) {
    result.append(rest, (*it)[0].first);
    for (const Filling& filling : fillings_) {
      if (filling.hole == (*it)[1]) result += filling_text(filling);
    }
    rest = (*it)[0].second;
  }
  result.append(rest, text_.cend());
  return result;
}

}  // namespace dpwa::gen
