// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnx/onnx_pb.h>

#include <filesystem>

namespace dpwa::onnx {

/// Parses a model file and brings external data in, so that every initializer and Constant tensor of the main
/// graph holds exactly the bytes that its dimensions claim. Nothing is allocated beyond the size of the
/// files. Throws Error(io) or Error(bad_input); see inspect_onnx.
::onnx::ModelProto load_model(const std::filesystem::path& path);

}  // namespace dpwa::onnx
