// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "model/net/network.h"

namespace dpwa::onnx {

/// One reason why a network cannot be taken. `node` and `onnx_operator` are empty when the model as a whole
/// is meant; `attribute` names the attribute, input or tensor that is refused, and may be empty.
struct Reason {
  std::string node;
  std::string onnx_operator;
  std::string attribute;
  std::string text;
};

/// "Conv 'conv1', group: 64 groups, only 1 is supported": one reason as one line.
std::string to_string(const Reason& reason);

/// What the importer found in a readable model.
struct Inspection {
  net::Network network;         ///< complete when supported(); else the part that could be folded
  std::vector<Reason> reasons;  ///< every reason, in graph order
  bool supported() const { return reasons.empty(); }
};

/// Reads and folds a model; collects every reason against it instead of stopping at the first.
/// Supported operators and conditions: docs/operators.md. The network is named like the graph, or like the
/// file where the graph has only its exporter's name for all graphs ("torch_jit"). Throws Error(io) when the
/// file cannot be read and Error(bad_input) when it is broken: not ONNX, truncated, tensors whose claimed
/// size is not their data's, external data missing, short or outside the model's folder.
Inspection inspect_onnx(const std::filesystem::path& path);

/// The folded network. Throws like inspect_onnx, and Error(bad_input) with the first reason and the number of
/// further ones when the network is not supported.
net::Network import_onnx(const std::filesystem::path& path);

}  // namespace dpwa::onnx
