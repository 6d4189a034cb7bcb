// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <string>
#include <vector>

/// Attributes of a node that is written.
namespace dpwa::onnx {

void set_integer(::onnx::NodeProto& node, const std::string& name, std::int64_t value);
void set_integers(::onnx::NodeProto& node, const std::string& name, const std::vector<std::int64_t>& values);
void set_float(::onnx::NodeProto& node, const std::string& name, float value);
void set_text(::onnx::NodeProto& node, const std::string& name, const std::string& value);

}  // namespace dpwa::onnx
