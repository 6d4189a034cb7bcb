// SPDX-License-Identifier: Apache-2.0
#include "calib/onnx/operator_call.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace dpwa::onnx {

using ::onnx::AttributeProto;
using ::onnx::TensorProto;

OperatorCall::OperatorCall(const ::onnx::NodeProto& node, std::string name, std::vector<const Value*> inputs,
                           ModelContext& model, std::vector<Reason>& reasons)
    : node_(node), name_(std::move(name)), inputs_(std::move(inputs)), model_(model), reasons_(reasons) {}

OperatorCall::OperatorCall(const OperatorCall& outer, std::string op, std::vector<const Value*> inputs)
    : OperatorCall(outer.node_, outer.name_, std::move(inputs), outer.model_, outer.reasons_) {
  op_ = std::move(op);
}

void OperatorCall::refuse(const std::string& attribute, const std::string& text) {
  ++refusals_;
  reasons_.push_back({name_, node_.op_type(), attribute, text});
}

bool OperatorCall::accept(const std::string& attribute, const std::optional<std::string>& refusal) {
  if (refusal) refuse(attribute, *refusal);
  return !refusal;
}

const AttributeProto* OperatorCall::find(const std::string& attribute) const {
  const auto& all = node_.attribute();
  const auto it = std::find_if(all.begin(), all.end(), [&](const auto& a) { return a.name() == attribute; });
  return it == all.end() ? nullptr : &*it;
}

std::int64_t OperatorCall::integer(const std::string& attribute, std::int64_t otherwise) const {
  const AttributeProto* const found = find(attribute);
  return found ? found->i() : otherwise;
}

float OperatorCall::real(const std::string& attribute, float otherwise) const {
  const AttributeProto* const found = find(attribute);
  return found ? found->f() : otherwise;
}

std::string OperatorCall::text(const std::string& attribute, const std::string& otherwise) const {
  const AttributeProto* const found = find(attribute);
  return found ? found->s() : otherwise;
}

std::vector<std::int64_t> OperatorCall::integers(const std::string& attribute,
                                                 std::vector<std::int64_t> otherwise) const {
  const AttributeProto* const found = find(attribute);
  if (!found) return otherwise;
  return {found->ints().begin(), found->ints().end()};
}

bool OperatorCall::is_constant(const Value& input, const std::string& what, int data_type) {
  if (!input.is_constant()) {
    refuse(what, fmt::format("'{}' is computed at run time, a constant is needed", input.name));
    return false;
  }
  if (input.constant->data_type() != data_type) {
    refuse(what, fmt::format("'{}' has type {}, expected {}", input.name,
                             type_name(input.constant->data_type()), type_name(data_type)));
    return false;
  }
  return true;
}

std::optional<std::vector<float>> OperatorCall::limits(const Value& input, const std::string& what) {
  if (!is_constant(input, what, TensorProto::FLOAT)) return std::nullopt;
  std::vector<float> values = float_values(*input.constant);
  const auto nan = std::find_if(values.begin(), values.end(), [](float v) { return std::isnan(v); });
  if (nan == values.end()) return values;
  refuse(what, fmt::format("'{}' is NaN at index {}", input.name, nan - values.begin()));
  return std::nullopt;
}

std::optional<std::vector<float>> OperatorCall::floats(const Value& input, const std::string& what) {
  std::optional<std::vector<float>> values = limits(input, what);
  if (!values) return std::nullopt;
  const auto infinite = std::find_if(values->begin(), values->end(), [](float v) { return std::isinf(v); });
  if (infinite == values->end()) return values;
  refuse(what, fmt::format("'{}' is infinite at index {}", input.name, infinite - values->begin()));
  return std::nullopt;
}

std::optional<std::vector<std::int64_t>> OperatorCall::indices(const Value& input, const std::string& what) {
  const bool narrow = input.is_constant() && input.constant->data_type() == TensorProto::INT32;
  if (!is_constant(input, what, narrow ? TensorProto::INT32 : TensorProto::INT64)) return std::nullopt;
  return integer_values(*input.constant);
}

}  // namespace dpwa::onnx
