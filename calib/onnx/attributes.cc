// SPDX-License-Identifier: Apache-2.0
#include "calib/onnx/attributes.h"

namespace dpwa::onnx {
namespace {

using ::onnx::AttributeProto;
using ::onnx::NodeProto;

AttributeProto& add(NodeProto& node, const std::string& name, AttributeProto::AttributeType type) {
  AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(type);
  return attribute;
}

}  // namespace

void set_integer(NodeProto& node, const std::string& name, std::int64_t value) {
  add(node, name, AttributeProto::INT).set_i(value);
}

void set_integers(NodeProto& node, const std::string& name, const std::vector<std::int64_t>& values) {
  AttributeProto& attribute = add(node, name, AttributeProto::INTS);
  for (const std::int64_t value : values) attribute.add_ints(value);
}

void set_float(NodeProto& node, const std::string& name, float value) {
  add(node, name, AttributeProto::FLOAT).set_f(value);
}

void set_text(NodeProto& node, const std::string& name, const std::string& value) {
  add(node, name, AttributeProto::STRING).set_s(value);
}

}  // namespace dpwa::onnx
