// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnx/onnx_pb.h>

#include <vector>

namespace dpwa::test {

/// What ONNX defines for one sample, operator by operator and in float32: an interpreter of the few operators
/// that quantized networks of the tests have, which shares nothing with the importer and the models. Integers
/// are given back as floats.
std::vector<float> run_definition(const ::onnx::ModelProto& model, const std::vector<float>& sample);

}  // namespace dpwa::test
