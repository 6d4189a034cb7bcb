// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gen/verilog/integer.h"

namespace dpwa::gen {

/// A declared port or net. Created by Module and Body only.
struct Signal {
  enum class Kind { input, output, wire, reg };
  Kind kind;
  std::string name;
  Int width;
  std::string doc;
};
using SignalPtr = std::shared_ptr<const Signal>;

/// The bits [lsb +: width] of a signal, read or driven.
struct Access {
  SignalPtr signal;
  Int lsb;
  Int width;
};

/// A signal expression: reference, slice, concatenation, replication, sized literal or simple operator.
/// It knows its text, its width and every bit it touches. Operators throw Error when widths differ.
class Expr {
 public:
  explicit Expr(SignalPtr signal);

  const std::string& text() const { return text_; }
  const Int& width() const { return width_; }
  const std::vector<Access>& accesses() const { return accesses_; }
  /// Constants that the text names (part-select bases, replication counts).
  const std::vector<Int>& constants() const { return constants_; }
  /// True when it may be driven: a signal, a slice, or a concatenation of these.
  bool is_target() const { return form_ == Form::signal || form_ == Form::target; }

  /// Bit `index`.
  friend Expr bit(const Expr& signal, const Int& index);
  /// Bits msb..lsb, printed [msb:lsb].
  friend Expr slice(const Expr& signal, const Int& msb, const Int& lsb);
  /// Bits base .. base + width - 1, printed [base +: width]: lane l of a flat vector is part(v, l * w, w).
  friend Expr part(const Expr& signal, const Int& base, const Int& width);
  /// {a, b, ...}: the first is the most significant.
  friend Expr concat(const std::vector<Expr>& parts);
  friend Expr replicate(const Int& count, const Expr& value);
  /// A sized literal, e.g. literal(8, 3) is 8'd3. 1 <= width <= 64 and `value` fits.
  friend Expr literal(int width, std::uint64_t value);
  /// All bits zero, for any width.
  friend Expr zeros(const Int& width);
  friend Expr operator~(const Expr& a);
  friend Expr operator&(const Expr& a, const Expr& b);
  friend Expr operator|(const Expr& a, const Expr& b);
  friend Expr operator^(const Expr& a, const Expr& b);
  friend Expr operator+(const Expr& a, const Expr& b);
  friend Expr operator-(const Expr& a, const Expr& b);
  friend Expr equal(const Expr& a, const Expr& b);
  friend Expr not_equal(const Expr& a, const Expr& b);
  friend Expr any(const Expr& a);  ///< OR of all bits
  friend Expr all(const Expr& a);  ///< AND of all bits
  /// select ? when_one : when_zero
  friend Expr mux(const Expr& select, const Expr& when_one, const Expr& when_zero);

 private:
  enum class Form { signal, target, value, operation };

  Expr(Form form, std::string text, Int width);
  void absorb(const Expr& other);
  /// The text, in parentheses if it is an operation.
  std::string operand() const;
  static Expr operation(const Expr& a, const char* op, const Expr& b, const Int& width);
  static Expr reduction(const char* op, const Expr& a);

  Form form_;
  char op_ = 0;  ///< of an associative operation, so that a chain needs no parentheses
  std::string text_;
  Int width_;
  std::vector<Access> accesses_;
  std::vector<Int> constants_;
};

// Found without an Expr argument too.
Expr concat(const std::vector<Expr>& parts);
Expr literal(int width, std::uint64_t value);
Expr zeros(const Int& width);

}  // namespace dpwa::gen
