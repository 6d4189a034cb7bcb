// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnx/onnx_pb.h>

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "calib/onnx/import.h"
#include "calib/onnx/tensor.h"
#include "model/net/network.h"

namespace dpwa::onnx {

struct Order;
struct View;

/// What an ONNX name stands for during import: a constant, a tensor of the network, or (neither) the result
/// of something that was refused.
struct Value {
  std::string name;
  const ::onnx::TensorProto* constant = nullptr;
  int tensor = -1;           ///< index in the network; its values in ONNX order, whatever the dims
  std::optional<Dims> dims;  ///< batch included; unknown after a refused operator
  bool average = false;      ///< the mean of each channel of the tensor; dims are those of the mean
  std::shared_ptr<const View> view = nullptr;  ///< sums of the tensor's values; null: the tensor itself
  /// The view is a map with zeros around it: top, left, bottom, right.
  std::optional<std::array<int, 4>> padding = std::nullopt;
  std::shared_ptr<const Order> order = nullptr;    ///< of its data, where that is not that of its tensor
  std::shared_ptr<const View> unpadded = nullptr;  ///< with padding: the view without it
  /// What the host still does to the values; only the network's outputs may have it.
  std::optional<net::Softmax> softmax = std::nullopt;
  int integer = 0;  ///< type of integers of the tensor's grid; 0: real numbers

  bool is_constant() const { return constant != nullptr; }
  bool is_tensor() const { return tensor >= 0; }
};

/// What every node of a model shares.
struct ModelContext {
  int opset = 0;
  std::int64_t batch = 1;  ///< size of dimension 0; a symbolic one counts as 1
  bool symbolic_batch = false;
  bool lines = false;        ///< it has 1-D windows, so [batch, channels, length] is a map
  Dims input_dims;           ///< of one sample, the batch as 1
  bool input_order = false;  ///< the host transposes the network's input
  std::optional<net::Transposition> wanted_order;  ///< how it should: what the graph does
  std::deque<::onnx::TensorProto> literals;        ///< constants that are no initializers
  /// Of constants that were dequantized: the scale of each value.
  std::map<const ::onnx::TensorProto*, std::vector<float>> steps;
  std::int64_t made = 0;  ///< values and terms that literals and views had so far

  const ::onnx::TensorProto* keep(::onnx::TensorProto literal) {
    made += static_cast<std::int64_t>(literal.ByteSizeLong() / sizeof(float));
    return &literals.emplace_back(std::move(literal));
  }
};

/// One node under import: attributes and inputs with their checks. A check that fails adds a reason and gives
/// a default back, so that one pass finds every reason.
class OperatorCall {
 public:
  OperatorCall(const ::onnx::NodeProto& node, std::string name, std::vector<const Value*> inputs,
               ModelContext& model, std::vector<Reason>& reasons);
  /// Another operator with the attributes of `outer` that is part of it.
  OperatorCall(const OperatorCall& outer, std::string op, std::vector<const Value*> inputs);

  const std::string& name() const { return name_; }
  const std::string& op() const { return op_.empty() ? node_.op_type() : op_; }
  const std::string& output() const { return node_.output(0); }
  int outputs() const { return node_.output_size(); }
  /// What the outputs behind the first one stand for, where the operator gives them.
  std::vector<Value>& further() { return further_; }
  ModelContext& model() { return model_; }
  int opset() const { return model_.opset; }
  std::int64_t batch() const { return model_.batch; }
  /// Dimension 0 counts samples, which nothing may mix. A batch of exactly 1 may become anything.
  bool keeps_batch() const { return model_.batch != 1 || model_.symbolic_batch; }

  void refuse(const std::string& attribute, const std::string& text);
  /// Refuses if there is a text; returns whether there was none.
  bool accept(const std::string& attribute, const std::optional<std::string>& refusal);
  bool refused() const { return refusals_ != 0; }
  int refusals() const { return refusals_; }

  bool has(const std::string& attribute) const { return find(attribute) != nullptr; }
  std::int64_t integer(const std::string& attribute, std::int64_t otherwise) const;
  float real(const std::string& attribute, float otherwise) const;
  std::string text(const std::string& attribute, const std::string& otherwise) const;
  std::vector<std::int64_t> integers(const std::string& attribute, std::vector<std::int64_t> otherwise) const;
  const ::onnx::AttributeProto* find(const std::string& attribute) const;

  std::size_t inputs() const { return inputs_.size(); }
  /// nullptr when left out.
  const Value* input(std::size_t index) const { return index < inputs_.size() ? inputs_[index] : nullptr; }
  /// Precondition: the checker has seen that the operator has this input.
  const Value& required(std::size_t index) const { return *inputs_.at(index); }

  /// Finite float32 values of a constant input; nothing (and a reason) when it is computed, of another type
  /// or not finite. `what` names the input in the reason.
  std::optional<std::vector<float>> floats(const Value& input, const std::string& what);
  /// Like floats, infinities allowed.
  std::optional<std::vector<float>> limits(const Value& input, const std::string& what);
  /// Values of a constant int64 or int32 input.
  std::optional<std::vector<std::int64_t>> indices(const Value& input, const std::string& what);

 private:
  bool is_constant(const Value& input, const std::string& what, int data_type);

  const ::onnx::NodeProto& node_;
  std::string op_;  ///< of a part; empty: the node's
  std::string name_;
  std::vector<const Value*> inputs_;
  ModelContext& model_;
  std::vector<Reason>& reasons_;
  std::vector<Value> further_;
  int refusals_ = 0;
};

}  // namespace dpwa::onnx
