// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/net/network.h"

namespace dpwa::onnx {

/// Why a step cannot be folded; nothing when it was.
using Refusal = std::optional<std::string>;

/// min(max(x, lower), upper).
struct Limits {
  float lower = -std::numeric_limits<float>::infinity();
  float upper = std::numeric_limits<float>::infinity();
  bool operator==(const Limits& other) const { return lower == other.lower && upper == other.upper; }
};

/// Grows a net::Network operator by operator. A tensor stays *open* until a layer reads it: what follows the
/// products in the graph (scale and offset, limits, pool) is folded into the node that produces it, in the
/// order in which the hardware does it. Knows nothing of ONNX.
class NetworkBuilder {
 public:
  /// `inputs`: one or more; three dimensions are channel, y, x.
  NetworkBuilder(std::string name, std::vector<net::Input> inputs);

  const net::Tensor& tensor(int index) const { return network_.tensors[index]; }

  /// A layer or pool reads the tensor as a map of this shape. The network's input follows (unless per-channel
  /// constants were applied to another shape); a tensor inside the network must have this shape already.
  Refusal as_map(int tensor, const net::Shape& shape);

  /// Weights of all layers appended so far.
  std::int64_t weights() const { return weights_; }

  /// Appends a layer and returns its output tensor, named `output`. `node` brings name, onnx_operator,
  /// window, out_channels, weight and conv_shape. The layer yields acc * scale[oc] + offset[oc].
  int add_layer(int input, net::Node node, std::vector<double> scale, std::vector<double> offset,
                std::string output);

  /// A layer that passes the tensor's values on, named `node`: what cannot be folded into the tensor can be
  /// folded into its output.
  int pass(int tensor, const std::string& node, const std::string& output);

  /// The host transposes the network's input, and its output, like this. Precondition: no layer yet.
  void order_input(net::Transposition order);
  void order_output(net::Transposition order) { network_.output_order = std::move(order); }

  /// x * scale[c] + offset[c], [channels of the tensor].
  Refusal apply_affine(int tensor, const std::vector<double>& scale, const std::vector<double>& offset,
                       const std::string& output);

  /// A function that is no limit. After a pool it must be monotone: then it may be before the pool as well.
  Refusal activate(int tensor, const net::Activation& activation, const std::string& output);

  /// min(max(x, lower), upper).
  Refusal clamp(int tensor, float lower, float upper, const std::string& output);

  /// a + b. Folds into the node that makes one of them and is open still, or into one that passes values on,
  /// named `node`; the other one is stored. `sum` becomes the tensor of the result.
  Refusal add(int a, int b, const std::string& node, const std::string& output, int& sum);

  /// a - b: the sum of a and of b times -1.
  Refusal subtract(int a, int b, const std::string& node, const std::string& output, int& difference);

  /// a * b, value by value. Folds into the node that makes one of them and is open still, or into one that
  /// passes values on, named `node`; the other one is stored. `product` becomes the tensor of the result.
  Refusal multiply(int a, int b, const std::string& node, const std::string& output, int& product);

  /// The same of a map and a tensor of one position, which a layer that passes that on spreads over the map.
  Refusal scale(int map, int gate, const std::string& node, const std::string& output, int& product);

  /// The limits of a tensor that can still get channels of zeros, and have its limits behind a sum; else
  /// nothing.
  std::optional<Limits> open_limits(int tensor) const;

  /// Whether no value of the tensor can be below 0.
  bool never_negative(int tensor) const;

  /// Whether two layers of one tensor, which nothing reads, differ in nothing but their channels.
  bool can_stack(int a, int b) const;

  /// Makes the channels of `b` channels of `a`, behind its own; `b` is no tensor any more. Precondition:
  /// can_stack().
  void stack(int a, int b, std::string output);

  /// Adds channels of zeros and takes the limits away. Precondition: open_limits().
  void add_channels(int tensor, int before, int after);

  /// More than one operator reads the tensor as it is now: nothing more can be folded into it.
  void close(int tensor) { folds_[tensor].closed = true; }

  Refusal max_pool(int tensor, const net::Window& window, const net::Shape& pooled,
                   const std::string& output);

  /// Rounds to a grid of the file (net::FileGrid). What is on it keeps it; Relu and a pool may follow.
  Refusal quantize(int tensor, const net::FileGrid& grid, const std::string& output);

  /// The tensor's integers are read as numbers of this grid, which must be the one that they have; the
  /// network's input of integers gets it. `output`: name of the numbers.
  Refusal read_integers(int tensor, const net::FileGrid& grid, const std::string& output);

  /// Whether the products of the layer that makes the tensor are sums of integers, and nothing else is in it.
  bool makes_integers(int tensor) const;

  /// The network's output is the integers of the tensor's grid. Precondition: it has one.
  void expose(int tensor) { network_.tensors[tensor].grid->exposed = true; }

  /// Closes the network at its output tensor: rounds folded weights, biases and the input affine to float32
  /// and fills consumers. Returns the nodes whose folded values are not finite.
  std::vector<std::string> finish(int output, std::vector<net::Output> outputs);

  const net::Network& network() const { return network_; }

 private:
  enum class Stage { input, linear, activated, pooled };

  /// What is folded into a tensor so far: values = stage(products * scale[c] + offset[c]).
  struct Fold {
    Stage stage = Stage::input;
    bool closed = false;
    std::vector<double> scale;
    std::vector<double> offset;
  };

  net::Node& producer(int tensor) { return network_.nodes[network_.tensors[tensor].producer]; }
  /// Why nothing can be folded into the tensor any more.
  Refusal closed(int tensor) const;
  /// Why only limits can be folded into a product.
  Refusal multiplied(int tensor) const;
  /// Why nothing that leaves the tensor's grid can be folded into it.
  Refusal on_grid(int tensor) const;
  bool takes_residual(int tensor) const;
  /// Whether a layer multiplies the tensor already.
  bool is_read(int tensor) const;
  /// The network's input as a layer passes it on: that can be added. Always the same one.
  int passed_input();
  /// Of two tensors that are combined, the network's input becomes what a layer passes on.
  Refusal pass_input(int& a, int& b);
  /// An input of few channels is stored as the windows of the layer that reads it (docs/numerics.md N1.5), so
  /// one layer passes it on to several.
  void share_input();
  /// Whether the tensor can be added to another one, or multiply it: it has fine values (docs/numerics.md
  /// N10), which the network's input, the result of a table function and a product have not.
  bool has_fine_values(int tensor) const;
  /// The tensor, or else one of a layer that passes its values on, that can multiply another one.
  int as_factor(int tensor, const std::string& node, const std::string& output);
  /// Whether the layer that makes the tensor can spread its one position over a map.
  bool can_spread(int tensor) const;
  void fold_factor(int tensor, int factor, const std::string& output);
  /// Producers of the tensors that the nodes make, from one node on.
  void count_producers(std::size_t first);
  void move_to_end(int node);
  /// The name, or else one made from it, that no node has had; from now on one has.
  std::string take_name(std::string name);
  /// A layer that passes values of this shape on.
  net::Node passing_layer(std::string name, const net::Shape& shape) const;
  /// Whether the node passes values of an inner tensor on as they are, but for limits and a pool.
  bool passes(const net::Node& node) const;
  /// Pools with padding whose windows overlap get a layer that passes values on, so that what they read is
  /// computed once. Where no value is below 0 any of them does: it is a pool without padding of a map with
  /// zeros around it, which the layer makes.
  void separate_padded_pools();
  void pool_in_a_layer_behind(std::size_t node);
  /// Where outputs are slices of a tensor, or reordered by the host, no tensor has the name of one.
  void free_output_names();
  /// Tensors in the order of the nodes that make them.
  void renumber(int output);

  net::Network network_;
  std::vector<Fold> folds_;  // [tensors]
  std::set<std::string> node_names_;
  std::int64_t weights_ = 0;
  int passed_input_ = -1;  // tensor
};

}  // namespace dpwa::onnx
