// SPDX-License-Identifier: Apache-2.0
#include "gen/verilog/expr.h"

#include <utility>

#include "model/base/error.h"

namespace dpwa::gen {
namespace {

void require_equal_widths(const Expr& a, const char* op, const Expr& b) {
  if (always_equal(a.width(), b.width())) return;
  throw fail(ExitCode::usage, "design: '{}' has {} bits and '{}' has {}; '{}' needs equal widths", a.text(),
             a.width().text(), b.text(), b.width().text(), op);
}

/// The signal behind a plain reference: only such a thing can be sliced in Verilog.
const Access& plain(const Expr& e) {
  if (e.accesses().size() == 1 && e.accesses()[0].signal->name == e.text()) return e.accesses()[0];
  throw fail(ExitCode::usage, "design: '{}' is not a signal, so it cannot be sliced", e.text());
}

bool is_literal_value(const Int& a, std::int64_t value) { return a.is_literal() && a.eval() == value; }

}  // namespace

Expr::Expr(SignalPtr signal) : Expr(Form::signal, signal->name, signal->width) {
  accesses_.push_back({signal, 0, signal->width});
}

Expr::Expr(Form form, std::string text, Int width)
    : form_(form), text_(std::move(text)), width_(std::move(width)) {}

void Expr::absorb(const Expr& other) {
  accesses_.insert(accesses_.end(), other.accesses_.begin(), other.accesses_.end());
  constants_.insert(constants_.end(), other.constants_.begin(), other.constants_.end());
}

std::string Expr::operand() const { return form_ == Form::operation ? "(" + text_ + ")" : text_; }

Expr bit(const Expr& signal, const Int& index) { return part(signal, index, 1); }

Expr slice(const Expr& signal, const Int& msb, const Int& lsb) {
  const Access& whole = plain(signal);
  const Int width = msb - lsb + 1;
  const std::string range = "[" + msb.text() + ":" + lsb.text() + "]";
  Expr result(Expr::Form::target, whole.signal->name + range, width);
  result.accesses_.push_back({whole.signal, lsb, width});
  result.constants_ = {msb, lsb};
  return result;
}

Expr part(const Expr& signal, const Int& base, const Int& width) {
  const Access& whole = plain(signal);
  const bool complete = is_literal_value(base, 0) && width.text() == whole.signal->width.text();
  if (complete) return signal;
  std::string range;
  if (is_literal_value(whole.signal->width, 1)) {
    // A scalar takes no index in Verilog; the access still carries it, so that a wrong one is found.
  } else if (is_literal_value(width, 1)) {
    range = "[" + base.text() + "]";
  } else if (base.is_literal() && width.is_literal()) {
    range = "[" + (base + width - 1).text() + ":" + base.text() + "]";
  } else {
    range = "[" + base.text() + " +: " + width.text() + "]";
  }
  Expr result(Expr::Form::target, whole.signal->name + range, width);
  result.accesses_.push_back({whole.signal, base, width});
  result.constants_ = {base, width};
  return result;
}

Expr concat(const std::vector<Expr>& parts) {
  if (parts.empty()) throw fail(ExitCode::usage, "design: a concatenation needs at least one part");
  if (parts.size() == 1) return parts[0];
  Expr result(Expr::Form::target, "{", 0);
  for (const Expr& each : parts) {
    result.text_ += (result.text_.size() > 1 ? ", " : "") + each.text_;
    result.width_ = result.width_ + each.width_;
    if (!each.is_target()) result.form_ = Expr::Form::value;
    result.absorb(each);
  }
  result.text_ += "}";
  return result;
}

Expr replicate(const Int& count, const Expr& value) {
  const bool simple = count.is_literal() || count.text().find_first_of("+-*/") == std::string::npos;
  const std::string times = simple ? count.text() : "(" + count.text() + ")";
  Expr result(Expr::Form::value, "{" + times + "{" + value.text_ + "}}", count * value.width_);
  result.absorb(value);
  result.constants_.push_back(count);
  return result;
}

Expr literal(int width, std::uint64_t value) {
  if (width < 1 || width > 64) throw fail(ExitCode::usage, "design: a literal of {} bits", width);
  if (width < 64 && value >> width) {
    throw fail(ExitCode::usage, "design: the value {} does not fit a literal of {} bits", value, width);
  }
  if (width == 1) return Expr(Expr::Form::value, fmt::format("1'b{}", value), width);
  if (width <= 16) return Expr(Expr::Form::value, fmt::format("{}'d{}", width, value), width);
  return Expr(Expr::Form::value, fmt::format("{}'h{:0{}x}", width, value, (width + 3) / 4), width);
}

Expr zeros(const Int& width) {
  if (width.is_literal() && width.eval() <= 64) return literal(static_cast<int>(width.eval()), 0);
  return replicate(width, literal(1, 0));
}

Expr Expr::operation(const Expr& a, const char* op, const Expr& b, const Int& width) {
  const std::string text = std::string(op);
  const bool associative = text == "&" || text == "|" || text == "^" || text == "+";
  const auto side = [&](const Expr& e) { return associative && e.op_ == text[0] ? e.text_ : e.operand(); };
  Expr result(Form::operation, side(a) + " " + text + " " + side(b), width);
  result.op_ = associative ? text[0] : 0;
  result.absorb(a);
  result.absorb(b);
  return result;
}

Expr Expr::reduction(const char* op, const Expr& a) {
  Expr result(Form::value, op + a.operand(), 1);
  result.absorb(a);
  return result;
}

Expr operator~(const Expr& a) {
  Expr result(Expr::Form::value, "~" + a.operand(), a.width_);
  result.absorb(a);
  return result;
}

Expr operator&(const Expr& a, const Expr& b) {
  require_equal_widths(a, "&", b);
  return Expr::operation(a, "&", b, a.width_);
}

Expr operator|(const Expr& a, const Expr& b) {
  require_equal_widths(a, "|", b);
  return Expr::operation(a, "|", b, a.width_);
}

Expr operator^(const Expr& a, const Expr& b) {
  require_equal_widths(a, "^", b);
  return Expr::operation(a, "^", b, a.width_);
}

Expr operator+(const Expr& a, const Expr& b) {
  require_equal_widths(a, "+", b);
  return Expr::operation(a, "+", b, a.width_);
}

Expr operator-(const Expr& a, const Expr& b) {
  require_equal_widths(a, "-", b);
  return Expr::operation(a, "-", b, a.width_);
}

Expr equal(const Expr& a, const Expr& b) {
  require_equal_widths(a, "==", b);
  return Expr::operation(a, "==", b, 1);
}

Expr not_equal(const Expr& a, const Expr& b) {
  require_equal_widths(a, "!=", b);
  return Expr::operation(a, "!=", b, 1);
}

Expr any(const Expr& a) { return Expr::reduction("|", a); }
Expr all(const Expr& a) { return Expr::reduction("&", a); }

Expr mux(const Expr& select, const Expr& when_one, const Expr& when_zero) {
  require_equal_widths(select, "?", literal(1, 0));
  require_equal_widths(when_one, ":", when_zero);
  const std::string text = select.operand() + " ? " + when_one.operand() + " : " + when_zero.operand();
  Expr result(Expr::Form::operation, text, when_one.width_);
  result.absorb(select);
  result.absorb(when_one);
  result.absorb(when_zero);
  return result;
}

}  // namespace dpwa::gen
