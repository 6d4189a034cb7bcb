// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "model/net/activation.h"

namespace dpwa::net {

/// One sample of a tensor, channel-last: value (y, x, c) is at (y * w + x) * c_count + c.
/// A vector of n values is 1 x 1 x n.
struct Shape {
  int h = 1;
  int w = 1;
  int c = 1;
  std::int64_t size() const { return std::int64_t{h} * w * c; }
  bool operator==(const Shape& o) const { return h == o.h && w == o.w && c == o.c; }
};

/// Kernel geometry of a convolution or a pool. Pads are zeros (convolution) or repeat the border (max pool).
/// A stride of 0 is one of a layer that spreads a map of one position: all positions read it.
struct Window {
  int kh = 1, kw = 1;
  int stride_y = 1, stride_x = 1;
  int pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
  int dilation_y = 1, dilation_x = 1;  ///< rows and columns from one tap to the next; 1 for a pool
};

/// The same kernel without dilation: it has zeros between the taps.
Window undilated(const Window& window);

/// Whether (y, x) of undilated(window) is a tap of the window.
inline bool is_tap(const Window& window, int y, int x) {
  return y % window.dilation_y == 0 && x % window.dilation_x == 0;
}

/// Whether every position reads the only one of a map, by strides of 0.
inline bool spreads(const Window& window) { return window.stride_y == 0; }

inline bool has_pads(const Window& window) {
  return window.pad_top + window.pad_left + window.pad_bottom + window.pad_right != 0;
}

/// Whether the window is the whole map.
inline bool covers(const Window& window, const Shape& map) {
  return window.kh == map.h && window.kw == map.w && !has_pads(window);
}

/// The grid that a quantized network's file gives a tensor: integers n in lowest..highest that stand for
/// (n - zero_point) * scale.
struct FileGrid {
  float scale = 1;
  std::int32_t zero_point = 0;
  std::int32_t lowest = 0, highest = 0;  ///< of the file's type: 0..255 for uint8
  bool exposed = false;                  ///< the network's input or output is the integers themselves

  /// RNE(x / scale) within the type, less the zero point, as QuantizeLinear computes it in float32.
  std::int32_t quantize(float x) const;
  bool operator==(const FileGrid& o) const {
    return scale == o.scale && zero_point == o.zero_point && lowest == o.lowest && highest == o.highest &&
           exposed == o.exposed;
  }
};

/// A tensor that the accelerator stores: the network's input, or the output of a folded node.
struct Tensor {
  std::string name;  ///< ONNX name of the last value folded into it
  Shape shape;
  int producer = -1;               ///< node index; -1 for the network's input
  std::vector<int> consumers;      ///< nodes that multiply it, ascending
  std::vector<int> adders{};       ///< nodes that read its fine values: they add it to their products
                                   ///< (Node::residual) or multiply these by it (Node::factor); ascending
  std::optional<FileGrid> grid{};  ///< in a quantized network: its values are rounded to it, limits and all
};

/// A folded node: convolution or dense product, bias, residual or factor, activation function and limits, and
/// max pool in one.
///   y = pool( clamp( activation( conv(x, weight) + bias + residual ), lower, upper ) )
///   y = clamp( (conv(x, weight) + bias) * factor, lower, upper )
/// A dense layer on an h x w x c tensor is a convolution whose kernel is the whole map (kh = h, kw = w),
/// so Flatten and Reshape need no node and no permutation at run time.
struct Node {
  std::string name;           ///< name of the ONNX node that carries the weights (or operator + index)
  std::string onnx_operator;  ///< "Conv", "Gemm", "MatMul"
  int input = -1;             ///< tensor index
  int residual = -1;          ///< tensor index, of conv_shape; -1: none. A node with one has no pool
  int factor = -1;            ///< tensor index, of conv_shape; -1: none. A node with one has neither residual
                              ///< nor activation function nor pool, and its output joins no addition
  int output = -1;            ///< tensor index
  int out_channels = 0;
  int groups = 1;  ///< of channels: an output channel multiplies the input channels of its own group
  Window window;
  std::vector<float> weight;       ///< [out_channels][kh][kw][input c / groups]
  std::vector<float> bias;         ///< [out_channels]
  std::vector<float> weight_step;  ///< [out_channels] every weight is a whole multiple (rounded); empty: no
  Activation activation;           ///< ReLU and Clip are limits
  float lower = -std::numeric_limits<float>::infinity();  ///< 0 for ReLU; never beyond range(activation)
  float upper = std::numeric_limits<float>::infinity();   ///< 6 for ReLU6
  std::optional<Window> pool;                             ///< max pool after the activation
  Shape conv_shape;                                       ///< before the pool

  /// The tensor whose fine values the node reads: residual or factor; -1: none.
  int joined() const { return residual >= 0 ? residual : factor; }
};

/// x_network = x_user * scale[c] + offset[c]: normalisation inside the graph before the first node.
/// It is applied by the input quantizer, so the first node's zero padding stays zero.
struct InputAffine {
  std::vector<double> scale;   ///< [input channels]
  std::vector<double> offset;  ///< [input channels]
};

/// The host's part of a network that ends in Softmax or LogSoftmax: over each group of `size` output values,
/// in ONNX order, that lie `stride` apart.
struct Softmax {
  std::int64_t size = 0;
  std::int64_t stride = 1;
  bool logarithm = false;
  bool operator==(const Softmax& o) const {
    return size == o.size && stride == o.stride && logarithm == o.logarithm;
  }
};

/// Row-major: values from one of a dimension to the next.
std::vector<std::int64_t> strides_of(const std::vector<std::int64_t>& dims);

/// How the host reorders one sample: values of these dimensions (ONNX order) become values whose dimension i
/// is dimension perm[i] of them.
struct Transposition {
  std::vector<std::int64_t> dims;
  std::vector<int> perm;
  /// Dimensions of what it gives.
  std::vector<std::int64_t> result_dims() const;
  bool operator==(const Transposition& o) const { return dims == o.dims && perm == o.perm; }
};

/// An input as the user knows it. The accelerator's one input holds the values of all inputs behind each
/// other, in ONNX order: of maps of one size, the channels.
struct Input {
  std::string name;                ///< ONNX graph name
  std::vector<std::int64_t> dims;  ///< ONNX dimensions of one sample, batch removed: {1, 28, 28} or {784}
  std::int64_t size() const;       ///< values of one sample
};

/// An output as the user knows it: values of the accelerator's one output that follow each other in ONNX
/// order. Several outputs may share values.
struct Output {
  std::string name;                ///< ONNX graph name
  std::vector<std::int64_t> dims;  ///< ONNX dimensions of one sample, batch removed
  std::int64_t first = 0;          ///< value of the accelerator's output that is its first
  std::optional<Softmax> softmax;  ///< was removed; the host applies it, no order of values changes
  std::int64_t size() const;       ///< values of one sample
};

/// The folded network. Nodes are in execution order; tensors[0] is the input.
struct Network {
  std::string name;
  std::vector<Input> inputs;    ///< 1 or more, in the graph's order
  std::vector<Output> outputs;  ///< 1 or more, in the graph's order
  InputAffine input_affine;
  std::vector<Tensor> tensors;
  std::vector<Node> nodes;
  int output = -1;  ///< tensor index of the accelerator's output
  /// From the user's sample to the input tensor in ONNX order (channel, y, x), and from the output tensor in
  /// ONNX order, after the softmax, to what the user gets: graphs that transpose at their border, with one
  /// input or output. The same order without.
  std::optional<Transposition> input_order, output_order;

  std::int64_t parameters() const;  ///< weights and biases
  std::int64_t macs() const;        ///< multiply-accumulates of one inference, padding taps included
  /// Input + each node's stored output, once: what a complete comparison checks at least.
  std::int64_t values_per_image() const;
};

std::int64_t macs(const Network& network, const Node& node);

/// Whether the file is a quantized network: grids and weights are given, not chosen.
bool is_quantized(const Network& network);

/// Input channels of a group.
int group_channels(const Network& network, const Node& node);

/// Channels begin .. end - 1.
struct ChannelRange {
  int begin = 0, end = 0;
};

/// Input channels that output channels first .. last multiply: those of their groups. In stored channels too,
/// as ChannelOrders keeps groups where they are.
ChannelRange channels_read(const Network& network, const Node& node, int first, int last);

/// The node that makes the tensor, if it has an activation function; else null.
const Node* function_before(const Network& network, int tensor);

/// Whether every channel is a group of its own: output channel c multiplies input channel c.
bool is_depthwise(const Network& network, const Node& node);

/// What a layer asks of the lanes: `dense` has one position, `pointwise` one tap, `depthwise` one input
/// channel per output channel, `convolution` is everything else.
enum class LayerKind { convolution, pointwise, depthwise, dense };
LayerKind layer_kind(const Network& network, const Node& node);
std::string to_string(LayerKind kind);

/// Which tensors share a channel order (docs/numerics.md N1.6).
struct ChannelOrders {
  std::vector<int> classes;       ///< [tensors] number of its class, that of its first tensor
  std::vector<bool> graph_order;  ///< [tensors] the order is the graph's
};
ChannelOrders channel_orders(const Network& network);

/// The class of each tensor: tensors that additions join share a channel order and a fine grid
/// (docs/numerics.md N10); a factor that no addition joins is a class of its own (N12). The number of a class
/// is its first tensor; -1 for a tensor of none.
std::vector<int> residual_classes(const Network& network);

/// Reorders one sample from the ONNX order (channel, y, x) to the stored order (y, x, channel).
std::vector<float> to_channel_last(const float* sample, const Shape& shape);

/// The inverse of to_channel_last.
std::vector<float> to_channel_first(const float* sample, const Shape& shape);

std::vector<float> transpose(const float* sample, const Transposition& order);

/// A sample as the user has it -> the network's input in ONNX order (channel, y, x).
std::vector<float> input_sample(const Network& network, const float* sample);

/// The network's output in the stored order -> as the user gets it.
std::vector<float> output_sample(const Network& network, const float* stored);

/// The softmax over the values that the user gets of an output; nothing where it has none, or where
/// output_order takes the values of its groups apart.
std::optional<Softmax> softmax_of(const Network& network, const Output& output);

}  // namespace dpwa::net
