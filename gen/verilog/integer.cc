// SPDX-License-Identifier: Apache-2.0
#include "gen/verilog/integer.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "model/base/error.h"

namespace dpwa::gen {
namespace {

enum class Kind {
  literal,
  sized,
  parameter,
  localparam,
  genvar,
  clog2,
  index_bits,
  add,
  subtract,
  multiply,
  divide
};

Kind kind_of(char op) {
  switch (op) {
    case '+':
      return Kind::add;
    case '-':
      return Kind::subtract;
    case '*':
      return Kind::multiply;
    default:
      return Kind::divide;
  }
}

std::int64_t clog2_of(std::int64_t value) {
  std::int64_t bits = 0;
  while ((std::int64_t{1} << bits) < value) ++bits;
  return bits;
}

std::int64_t apply(Kind kind, std::int64_t a, std::int64_t b) {
  switch (kind) {
    case Kind::add:
      return a + b;
    case Kind::subtract:
      return a - b;
    case Kind::multiply:
      return a * b;
    default:
      break;
  }
  if (b == 0) throw fail(ExitCode::usage, "design: {} is divided by zero in a width", a);
  return a / b;
}

/// Binding strength, to print no more parentheses than needed.
int strength(Kind kind) {
  if (kind == Kind::add || kind == Kind::subtract) return 1;
  if (kind == Kind::multiply || kind == Kind::divide) return 2;
  return 3;
}

const char* symbol(Kind kind) {
  switch (kind) {
    case Kind::add:
      return "+";
    case Kind::subtract:
      return "-";
    case Kind::multiply:
      return "*";
    default:
      return "/";
  }
}

}  // namespace

struct Int::Node {
  Kind kind = Kind::literal;
  std::int64_t value = 0;     ///< literal
  int bits = 0;               ///< sized literal
  std::string name;           ///< parameter, localparam, genvar
  std::vector<Int> operands;  ///< default or value of a name; operands of an operator
};

Int::Int(std::int64_t value) {
  Node node;
  node.value = value;
  node_ = std::make_shared<const Node>(std::move(node));
}

Int Int::sized(int bits, std::uint32_t value) {
  Node node;
  node.kind = Kind::sized;
  node.bits = bits;
  node.value = value;
  return Int(std::make_shared<const Node>(std::move(node)));
}

Int Int::parameter(std::string name, Int default_value) {
  return Int(
      std::make_shared<const Node>(Node{Kind::parameter, 0, 0, std::move(name), {std::move(default_value)}}));
}

Int Int::localparam(std::string name, Int value) {
  return Int(std::make_shared<const Node>(Node{Kind::localparam, 0, 0, std::move(name), {std::move(value)}}));
}

Int Int::genvar(std::string name) {
  return Int(std::make_shared<const Node>(Node{Kind::genvar, 0, 0, std::move(name), {}}));
}

bool Int::is_literal() const { return node_->kind == Kind::literal; }
int Int::sized_bits() const { return node_->bits; }

Int Int::binary(char op, const Int& a, const Int& b) {
  return Int(std::make_shared<const Node>(Node{kind_of(op), 0, 0, {}, {a, b}}));
}

Int operator+(const Int& a, const Int& b) {
  if (a.is_literal() && b.is_literal()) return Int(a.node_->value + b.node_->value);
  if (b.is_literal() && b.node_->value < 0) return a - Int(-b.node_->value);
  if (b.is_literal() && b.node_->value == 0) return a;
  if (a.is_literal() && a.node_->value == 0) return b;
  const bool sum = a.node_->kind == Kind::add || a.node_->kind == Kind::subtract;
  if (b.is_literal() && sum && a.node_->operands[1].is_literal()) {  // (x +- c) + d
    const std::int64_t c = a.node_->operands[1].node_->value;
    return a.node_->operands[0] + Int(b.node_->value + (a.node_->kind == Kind::add ? c : -c));
  }
  return Int::binary('+', a, b);
}

Int operator-(const Int& a, const Int& b) {
  if (a.is_literal() && b.is_literal()) return Int(a.node_->value - b.node_->value);
  if (b.is_literal() && b.node_->value == 0) return a;
  const bool sum = a.node_->kind == Kind::add || a.node_->kind == Kind::subtract;
  if (b.is_literal() && sum && a.node_->operands[1].is_literal()) {  // (x +- c) - d
    const std::int64_t c = a.node_->operands[1].node_->value;
    return a.node_->operands[0] + Int((a.node_->kind == Kind::add ? c : -c) - b.node_->value);
  }
  return Int::binary('-', a, b);
}

Int operator*(const Int& a, const Int& b) {
  if (a.is_literal() && b.is_literal()) return Int(a.node_->value * b.node_->value);
  if (a.is_literal() && a.node_->value == 1) return b;
  if (b.is_literal() && b.node_->value == 1) return a;
  return Int::binary('*', a, b);
}

Int operator/(const Int& a, const Int& b) {
  if (a.is_literal() && b.is_literal()) return Int(apply(Kind::divide, a.node_->value, b.node_->value));
  if (b.is_literal() && b.node_->value == 1) return a;
  return Int::binary('/', a, b);
}

Int clog2(const Int& a) {
  if (a.is_literal()) return Int(clog2_of(a.node_->value));
  return Int(std::make_shared<const Int::Node>(Int::Node{Kind::clog2, 0, 0, {}, {a}}));
}

Int index_bits(const Int& a) {
  if (a.is_literal()) return Int(std::max<std::int64_t>(1, clog2_of(a.node_->value)));
  return Int(std::make_shared<const Int::Node>(Int::Node{Kind::index_bits, 0, 0, {}, {a}}));
}

std::string Int::text() const {
  const Node& node = *node_;
  switch (node.kind) {
    case Kind::literal:
      return std::to_string(node.value);
    case Kind::sized:
      return fmt::format("{}'h{:0{}x}", node.bits, node.value, (node.bits + 3) / 4);
    case Kind::parameter:
    case Kind::localparam:
    case Kind::genvar:
      return node.name;
    case Kind::clog2:
      return "$clog2(" + node.operands[0].text() + ")";
    case Kind::index_bits: {
      const std::string count = node.operands[0].text();
      return "((" + count + " > 1) ? $clog2(" + count + ") : 1)";
    }
    default:
      break;
  }
  const auto side = [&](const Int& operand, bool right) {
    const int own = strength(node.kind);
    const int other = strength(operand.node_->kind);
    const bool regroups = right && (node.kind == Kind::subtract || node.kind == Kind::divide ||
                                    (node.kind == Kind::multiply && operand.node_->kind == Kind::divide));
    const bool wrap = other < own || (other == own && regroups);
    return wrap ? "(" + operand.text() + ")" : operand.text();
  };
  return side(node.operands[0], false) + symbol(node.kind) + side(node.operands[1], true);
}

std::int64_t Int::eval(const Environment& env) const {
  const Node& node = *node_;
  switch (node.kind) {
    case Kind::literal:
    case Kind::sized:
      return node.value;
    case Kind::localparam:
      return node.operands[0].eval(env);
    case Kind::parameter:
    case Kind::genvar: {
      const auto found = env.find(node.name);
      if (found != env.end()) return found->second;
      if (node.kind == Kind::parameter) return node.operands[0].eval(env);
      throw fail(ExitCode::usage, "design: '{}' is used outside its generate loop", node.name);
    }
    case Kind::clog2:
      return clog2_of(node.operands[0].eval(env));
    case Kind::index_bits:
      return std::max<std::int64_t>(1, clog2_of(node.operands[0].eval(env)));
    default:
      return apply(node.kind, node.operands[0].eval(env), node.operands[1].eval(env));
  }
}

Int Int::substitute(const std::map<std::string, Int>& values) const {
  const Node& node = *node_;
  switch (node.kind) {
    case Kind::literal:
    case Kind::sized:
    case Kind::genvar:
      return *this;
    case Kind::localparam:
      return node.operands[0].substitute(values);
    case Kind::parameter: {
      const auto found = values.find(node.name);
      return found != values.end() ? found->second : node.operands[0].substitute(values);
    }
    case Kind::clog2:
      return gen::clog2(node.operands[0].substitute(values));
    case Kind::index_bits:
      return gen::index_bits(node.operands[0].substitute(values));
    default:
      break;
  }
  const Int a = node.operands[0].substitute(values);
  const Int b = node.operands[1].substitute(values);
  switch (node.kind) {
    case Kind::add:
      return a + b;
    case Kind::subtract:
      return a - b;
    case Kind::multiply:
      return a * b;
    default:
      return a / b;
  }
}

void Int::free_parameters(Environment& defaults) const {
  if (node_->kind == Kind::parameter) defaults.emplace(node_->name, node_->operands[0].eval());
  for (const Int& operand : node_->operands) operand.free_parameters(defaults);
}

void Int::names(std::set<std::string>& out) const {
  const bool named = !node_->name.empty();
  if (named) out.insert(node_->name);
  if (named) return;  // the value behind a name is printed at its declaration
  for (const Int& operand : node_->operands) operand.names(out);
}

bool always_equal(const Int& a, const Int& b, const Environment& env) {
  if (a.text() == b.text()) return true;
  Environment defaults;
  a.free_parameters(defaults);
  b.free_parameters(defaults);
  const auto equal_at = [&](const Environment& values) {
    Environment all = env;
    all.insert(values.begin(), values.end());
    return a.eval(all) == b.eval(all);
  };
  if (!equal_at(defaults)) return false;
  // Multiples of the default keep divisions exact and stay legal values; two of them and every single change
  // tell apart expressions that agree at the default by coincidence.
  for (const int factor : {2, 6}) {
    Environment together;
    for (const auto& [name, value] : defaults) together[name] = value == 0 ? factor : value * factor;
    if (!equal_at(together)) return false;
    for (const auto& [name, value] : together) {
      Environment alone = defaults;
      alone[name] = value;
      if (!equal_at(alone)) return false;
    }
  }
  return true;
}

std::string range(const Int& width) {
  if (width.is_literal() && width.eval() == 1) return "";
  return "[" + (width - 1).text() + ":0]";
}

}  // namespace dpwa::gen
