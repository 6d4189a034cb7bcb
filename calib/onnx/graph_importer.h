// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "calib/onnx/fused.h"
#include "calib/onnx/graph_inputs.h"
#include "calib/onnx/import.h"
#include "calib/onnx/network_builder.h"
#include "calib/onnx/operator_call.h"
#include "calib/onnx/operators.h"

namespace dpwa::onnx {

/// Walks a model once, in graph order, and folds it; keeps going after a refusal.
class GraphImporter {
 public:
  /// `inputs`: read_inputs(); `batch`: common_batch(), or 1 when that is data. `model` must outlive this.
  /// `order`: how the host transposes the only input.
  GraphImporter(const ::onnx::ModelProto& model, const std::string& name,
                const std::vector<GraphInput>& inputs, std::int64_t batch,
                const std::optional<net::Transposition>& order = std::nullopt);

  /// Stops early when the host should transpose the input.
  Inspection run();

  /// How it should.
  const std::optional<net::Transposition>& wanted_order() const { return context_.wanted_order; }

 private:
  void count_readers();
  /// Adds reasons; returns whether the nodes can be read, which are of operator sets that are known.
  bool check_model();
  void order_input(Value& value, const net::Transposition& order);
  void import_node(int index);
  /// The call's inputs as the handler sees them; nothing (and a reason) when one does not exist.
  std::optional<std::vector<const Value*>> resolve(const ::onnx::NodeProto& node, const std::string& name,
                                                   const std::vector<std::string>& inputs);
  /// What the checker does, for operators that have changed or come since what it knows.
  bool check_newer(const ::onnx::NodeProto& node, const std::string& name, const NewerDefinition& newer);
  /// The last node of an activation function that the graph spells in several nodes.
  void import_fused(int index, const FusedActivation& fused);
  bool check_required(const ::onnx::NodeProto& node, const std::string& name, int required);
  bool check_node(const ::onnx::NodeProto& node, const std::string& name);
  /// Whether the operator reads views of these inputs as they are.
  bool takes_views(const ::onnx::NodeProto& node, const std::vector<const Value*>& inputs) const;
  /// Makes an average a tensor, for all of its readers.
  void compute_average_of(const Value* input);
  /// Puts the data of a value in the order of its dims.
  void put_in_order(const Value* input);
  /// Makes a view a tensor.
  void compute_view_of(const Value* input);
  /// `values`: what the node's outputs stand for, as far as its operator gives them.
  void define_outputs(const ::onnx::NodeProto& node, const std::string& name, std::vector<Value> values);
  void check_readers(const ::onnx::NodeProto& node, const std::string& name, Value& value);
  std::string unique_name(int index);
  void check_inputs();
  /// What the network's outputs stand for, each one once.
  std::vector<const Value*> read_outputs();
  void finish();
  /// Adds a reason when what the nodes have become takes more memory than any network that can be built.
  bool too_large();
  void refuse(const ::onnx::NodeProto& node, const std::string& name, const std::string& attribute,
              const std::string& text);

  const ::onnx::GraphProto& graph_;
  const std::vector<std::string> inputs_;
  ModelContext context_;
  NetworkBuilder builder_;
  std::vector<Reason> reasons_;
  std::map<std::string, Value> values_;
  std::map<std::string, std::vector<std::string>> readers_;  // "Conv 'a'", "the network's output"
  std::set<std::string> node_names_;
  std::map<int, FusedActivation> fused_;  // by their last node
  std::set<int> inner_;                   // nodes that are part of them
};

}  // namespace dpwa::onnx
