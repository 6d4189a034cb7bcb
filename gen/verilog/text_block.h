// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gen/verilog/expr.h"

namespace dpwa::gen {

/// Verilog text with named, typed holes, for the rare logic that is neither structure nor a leaf module:
///
///   TextBlock("always @(posedge ${clk}) ${q} <= ${d};").read("clk", clk).read("d", d).drive("q", q)
///
/// Module's check refuses a hole without a filling, a filling without a hole, and text that names a signal of
/// the module outside a hole.
class TextBlock {
 public:
  explicit TextBlock(std::string text) : text_(std::move(text)) {}

  /// A value that the text reads.
  TextBlock& read(const std::string& hole, const Expr& value);
  /// A signal or slice that the text drives: a reg from an always block, a wire from an assign.
  TextBlock& drive(const std::string& hole, const Expr& target);
  /// An integer.
  TextBlock& number(const std::string& hole, const Int& value);
  /// The range of a declaration of this width: "[W-1:0]", or nothing for one bit.
  TextBlock& range(const std::string& hole, const Int& width);

  struct Filling {
    enum class Kind { read, drive, number, range };
    std::string hole;
    Kind kind;
    std::variant<Expr, Int> value;
  };
  const std::string& text() const { return text_; }
  const std::vector<Filling>& fillings() const { return fillings_; }

  /// Throws Error naming the hole. `where` starts the message.
  void check(const std::string& where) const;
  /// The text with its holes filled.
  std::string filled() const;

 private:
  TextBlock& fill(const std::string& hole, Filling::Kind kind, std::variant<Expr, Int> value);

  std::string text_;
  std::vector<Filling> fillings_;
};

}  // namespace dpwa::gen
