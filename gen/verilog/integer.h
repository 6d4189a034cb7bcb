// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace dpwa::gen {

/// Values of names: parameters that override their defaults, and genvars.
using Environment = std::map<std::string, std::int64_t>;

/// A constant integer expression of Verilog: literal, parameter, localparam, genvar, + - * / and clog2.
/// Prints as it was written (only literals are folded) and can be evaluated and compared. A value type.
class Int {
 public:
  Int(int value) : Int(static_cast<std::int64_t>(value)) {}  // NOLINT: widths are written as plain numbers
  Int(std::int64_t value);                                   // NOLINT

  /// A literal printed in hexadecimal with its width: sized(32, 0x1f) is 32'h0000001f. 0 < bits <= 32.
  static Int sized(int bits, std::uint32_t value);
  /// A parameter, which the instantiating module may override.
  static Int parameter(std::string name, Int default_value);
  /// A name for `value` that nobody can override.
  static Int localparam(std::string name, Int value);
  /// A generate loop's variable: has a value only inside an Environment.
  static Int genvar(std::string name);

  std::string text() const;
  /// The value with parameters at their defaults unless `env` says otherwise. Throws Error for a genvar that
  /// is not in `env` and for a division by zero.
  std::int64_t eval(const Environment& env = {}) const;
  /// This expression with each parameter named in `values` replaced.
  Int substitute(const std::map<std::string, Int>& values) const;
  /// Adds the parameters that may change the value, with their defaults.
  void free_parameters(Environment& defaults) const;
  /// Adds every name that is printed: parameters, localparams and genvars.
  void names(std::set<std::string>& out) const;
  bool is_literal() const;
  /// Bits of a sized literal, 0 for anything else.
  int sized_bits() const;

  friend Int operator+(const Int& a, const Int& b);
  friend Int operator-(const Int& a, const Int& b);
  friend Int operator*(const Int& a, const Int& b);
  friend Int operator/(const Int& a, const Int& b);
  friend Int clog2(const Int& a);
  /// Bits of an index below `a`, at least one: (a > 1) ? $clog2(a) : 1.
  friend Int index_bits(const Int& a);

 private:
  struct Node;
  explicit Int(std::shared_ptr<const Node> node) : node_(std::move(node)) {}
  static Int binary(char op, const Int& a, const Int& b);
  std::shared_ptr<const Node> node_;
};

Int clog2(const Int& a);
Int index_bits(const Int& a);

/// True when the two are equal for every value of their parameters, as far as evaluation can tell: equal at
/// the defaults and at further assignments in which each parameter changes alone and all change together.
/// Parameters named in `env` keep that value.
bool always_equal(const Int& a, const Int& b, const Environment& env = {});

/// The Verilog range of a net of this width: "" for the literal 1, else "[W-1:0]".
std::string range(const Int& width);

}  // namespace dpwa::gen
