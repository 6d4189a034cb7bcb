// SPDX-License-Identifier: Apache-2.0
#include "calib/onnx/fused.h"

#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "calib/onnx/tensor.h"

namespace dpwa::onnx {
namespace {

using ::onnx::GraphProto;
using ::onnx::NodeProto;
using ::onnx::TensorProto;

/// How far a constant may be from the number it stands for: exporters write some with few digits.
constexpr double kTolerance = 1e-6;

/// The operator, if it is one of ONNX itself.
std::string operator_of(const NodeProto& node) {
  return node.domain().empty() || node.domain() == "ai.onnx" ? node.op_type() : "";
}

class Matcher {
 public:
  explicit Matcher(const GraphProto& graph) : graph_(graph) {
    for (const TensorProto& tensor : graph.initializer()) constants_[tensor.name()] = &tensor;
    for (int i = 0; i < graph.node_size(); ++i) {
      const NodeProto& node = graph.node(i);
      for (const std::string& output : node.output()) makers_.emplace(output, i);
      for (const std::string& input : std::set<std::string>(node.input().begin(), node.input().end())) {
        readers_[input].push_back(i);
      }
      if (operator_of(node) == "Constant" && node.attribute_size() == 1 && node.attribute(0).has_t() &&
          node.output_size() == 1) {
        constants_[node.output(0)] = &node.attribute(0).t();
      }
    }
    for (const auto& output : graph.output()) readers_[output.name()].push_back(kOutside);
  }

  /// x * gate(x), gate = Sigmoid or HardSigmoid.
  std::optional<FusedActivation> gated(int gate) const {
    const NodeProto& node = graph_.node(gate);
    const auto activation = gate_function(node);
    const int product = only_reader(gate);
    if (!activation || node.input_size() != 1 || product < 0) return std::nullopt;
    const std::string& x = node.input(0);
    if (!is_product(product, node.output(0), x)) return std::nullopt;
    return FusedActivation{*activation, x, product, {gate}};
  }

  /// x / 2 * (1 + Erf(x / sqrt(2))).
  std::optional<FusedActivation> gelu(int erf) const {
    const NodeProto& node = graph_.node(erf);
    if (operator_of(node) != "Erf" || node.input_size() != 1) return std::nullopt;
    const int before = maker(node.input(0));
    const std::string x = before < 0 ? "" : scaled(before, std::sqrt(0.5));
    const int plus = only_reader(erf);
    if (x.empty() || only_reader(before) != erf || plus < 0 || operator_of(graph_.node(plus)) != "Add" ||
        !is_near(constant_beside(plus, node.output(0)), 1)) {
      return std::nullopt;
    }
    FusedActivation found{{net::Function::gelu}, x, only_reader(plus), {before, erf, plus}};
    return add_factors(found) ? std::optional(found) : std::nullopt;
  }

 private:
  static constexpr int kOutside = -1;

  /// The only node that reads the only output of this one; kOutside when there is none, or more, or it is the
  /// network's output.
  int only_reader(int node) const {
    const NodeProto& n = graph_.node(node);
    if (n.output_size() != 1) return kOutside;
    const auto found = readers_.find(n.output(0));
    return found == readers_.end() || found->second.size() != 1 ? kOutside : found->second.front();
  }

  int maker(const std::string& value) const {
    const auto found = makers_.find(value);
    return found == makers_.end() ? kOutside : found->second;
  }

  bool is_product(int node, const std::string& a, const std::string& b) const {
    const NodeProto& n = graph_.node(node);
    return operator_of(n) == "Mul" && n.input_size() == 2 &&
           ((n.input(0) == a && n.input(1) == b) || (n.input(0) == b && n.input(1) == a));
  }

  std::optional<double> constant(const std::string& name) const {
    const auto found = constants_.find(name);
    if (found == constants_.end() || found->second->data_type() != TensorProto::FLOAT ||
        size_problem(*found->second) || element_count(dims_of(*found->second)) != 1) {
      return std::nullopt;
    }
    return float_values(*found->second).front();
  }

  /// The constant that a node of two inputs combines with `value`.
  std::optional<double> constant_beside(int node, const std::string& value) const {
    const NodeProto& n = graph_.node(node);
    if (n.input_size() != 2) return std::nullopt;
    if (n.input(0) == value) return constant(n.input(1));
    return n.input(1) == value ? constant(n.input(0)) : std::nullopt;
  }

  static bool is_near(std::optional<double> found, double expected) {
    return found && std::fabs(*found - expected) < kTolerance;
  }

  /// The name of x when the node computes x * factor, as a product or a quotient; "" when it does not.
  std::string scaled(int node, double factor) const {
    const NodeProto& n = graph_.node(node);
    for (int i = 0; i < n.input_size(); ++i) {
      const std::optional<double> beside = constant_beside(node, n.input(i));
      if (operator_of(n) == "Mul" && is_near(beside, factor)) return n.input(i);
      if (operator_of(n) == "Div" && i == 0 && is_near(beside, 1 / factor)) return n.input(i);
    }
    return "";
  }

  /// From 1 + Erf to the whole function: its factors are x and 1/2, or x / 2, in any order.
  bool add_factors(FusedActivation& found) const {
    std::string value = graph_.node(found.inner.back()).output(0);
    bool has_x = false, has_half = false;
    while (found.last >= 0) {
      const NodeProto& n = graph_.node(found.last);
      const std::string other = n.input_size() != 2 ? "" : n.input(0) == value ? n.input(1) : n.input(0);
      const int half = maker(other);
      if (!has_half && scaled(found.last, 0.5) == value) {
        has_half = true;
      } else if (!has_x && is_product(found.last, value, found.input)) {
        has_x = true;
      } else if (!has_x && !has_half && is_product(found.last, value, other) && half >= 0 &&
                 scaled(half, 0.5) == found.input && only_reader(half) == found.last) {
        has_x = has_half = true;
        found.inner.push_back(half);
      } else {
        return false;
      }
      if (has_x && has_half) return true;
      value = n.output(0);
      found.inner.push_back(found.last);
      found.last = only_reader(found.last);
    }
    return false;
  }

  static std::optional<net::Activation> gate_function(const NodeProto& node) {
    if (operator_of(node) == "Sigmoid") return net::Activation{net::Function::swish};
    if (operator_of(node) != "HardSigmoid") return std::nullopt;
    double alpha = 0.2, beta = 0.5;
    for (const auto& attribute : node.attribute()) {
      if (attribute.name() == "alpha") alpha = attribute.f();
      if (attribute.name() == "beta") beta = attribute.f();
    }
    if (!is_near(alpha, 1.0 / 6) || !is_near(beta, 0.5)) return std::nullopt;
    return net::Activation{net::Function::hard_swish};
  }

  const GraphProto& graph_;
  std::map<std::string, const TensorProto*> constants_;
  std::map<std::string, int> makers_;
  std::map<std::string, std::vector<int>> readers_;
};

}  // namespace

std::vector<FusedActivation> find_fused_activations(const GraphProto& graph) {
  const Matcher matcher(graph);
  std::vector<FusedActivation> found;
  for (int i = 0; i < graph.node_size(); ++i) {
    for (const auto& match : {matcher.gated(i), matcher.gelu(i)}) {
      if (match) found.push_back(*match);
    }
  }
  return found;
}

}  // namespace dpwa::onnx
