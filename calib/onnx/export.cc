// SPDX-License-Identifier: Apache-2.0
#include "calib/onnx/export.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "calib/onnx/attributes.h"
#include "calib/onnx/graph_writer.h"
#include "calib/onnx/operators.h"
#include "calib/onnx/quantized.h"

namespace dpwa::onnx {
namespace {

using ::onnx::GraphProto;
using ::onnx::NodeProto;
using ::onnx::TensorProto;

constexpr int kOpset = 13;  // the lowest, where no operator needs a later one
constexpr int kHardSwishSince = 14;
constexpr int kQuantize16Since = 21;
constexpr int kIrVersion = 7;

/// Functions that are an operator without attributes.
const std::map<net::Function, const char*> kOperators = {
    {net::Function::sigmoid, "Sigmoid"},      {net::Function::tanh, "Tanh"},
    {net::Function::hard_swish, "HardSwish"}, {net::Function::gelu, "Gelu"},
    {net::Function::softplus, "Softplus"},    {net::Function::mish, "Mish"}};

void set_window(NodeProto& node, const net::Window& window) {
  set_integers(node, "kernel_shape", {window.kh, window.kw});
  set_integers(node, "pads", {window.pad_top, window.pad_left, window.pad_bottom, window.pad_right});
  // A map of one position has no strides: Mul spreads it.
  set_integers(node, "strides", {std::max(window.stride_y, 1), std::max(window.stride_x, 1)});
}

/// Writes the graph front to back; every intermediate name is derived from a tensor's and unique.
class Exporter : private GraphWriter {
 public:
  explicit Exporter(const net::Network& network) : network_(network) {
    for (const net::Tensor& tensor : network.tensors) names_.insert(tensor.name);
    for (const net::Output& output : network.outputs) names_.insert(output.name);
    for (const net::Input& input : network.inputs) names_.insert(input.name);
    for (const net::Node& node : network.nodes) node_names_.insert(node.name);
  }

  std::string run() {
    model_.set_ir_version(kIrVersion);
    model_.set_producer_name("dpwa");
    model_.add_opset_import()->set_version(opset());
    graph().set_name(network_.name);
    for (const net::Input& input : network_.inputs)
      declare(*graph().add_input(), input.name, input.dims, network_.tensors[0]);
    const auto& order = network_.output_order;
    for (const net::Output& output : network_.outputs)
      declare(*graph().add_output(), output.name, order ? order->result_dims() : output.dims,
              network_.tensors[network_.output]);
    values_.resize(network_.tensors.size());
    values_[0] = network_.inputs.size() > 1 ? joined_inputs() : only_input();
    add_affine(values_[0]);
    for (const net::Node& node : network_.nodes) add_node(node);
    if (network_.outputs.size() > 1) {
      add_outputs();
    } else {
      add_only_output();
    }
    return model_.SerializeAsString();
  }

 private:
  /// A tensor as the graph has it: its ONNX name, and whether its dims are [batch, c, h, w] or [batch,
  /// values].
  struct Exported {
    std::string name;
    bool map = false;
  };

  int opset() const {
    int needed = kOpset;
    for (const net::Node& node : network_.nodes) {
      const net::Function function = node.activation.function;
      const bool gelu = function == net::Function::gelu || function == net::Function::gelu_tanh;
      if (function == net::Function::hard_swish) needed = std::max(needed, kHardSwishSince);
      if (gelu) needed = std::max(needed, kGeluSince);
      if (function == net::Function::mish) needed = std::max(needed, kMishSince);
    }
    for (const net::Tensor& tensor : network_.tensors) {
      const int type = tensor.grid ? integer_type(*tensor.grid) : 0;
      if (type == TensorProto::INT16 || type == TensorProto::UINT16)
        needed = std::max(needed, kQuantize16Since);
    }
    return needed;
  }

  /// The tensor with the dims that its reader needs.
  std::string as(Exported value, const net::Shape& shape, bool map) {
    if (value.map == map) return value.name;
    if (!map) return flattened(value.name);
    const std::string output = fresh(names_, value.name + "/map");
    reshape(value.name, {-1, shape.c, shape.h, shape.w}, output);
    return output;
  }

  /// The input affine is per stored channel, so the input is brought to its stored shape first.
  Exported only_input() {
    const net::Shape& shape = network_.tensors[0].shape;
    const net::Input& input = network_.inputs.front();
    const auto& order = network_.input_order;
    const Numbers given = order ? order->result_dims() : input.dims;
    const bool is_map = given == Numbers{shape.c, shape.h, shape.w};
    // Three dimensions are read as a map; an input that is none gets its shape from a Reshape.
    const bool vector = given.size() != 3;
    const bool map = is_map || !vector || std::int64_t{shape.h} * shape.w > 1;
    Exported value{order ? fresh(names_, input.name + "/ordered") : input.name, map};
    if (order) add_transpose(input.name, input.dims, *order, value.name);
    if (map && !is_map) value.name = as({value.name, false}, shape, true);
    if (!map && given.size() != 1) value.name = flattened(value.name);
    return value;
  }

  /// The channels of all maps, or the values of all inputs, behind each other.
  Exported joined_inputs() {
    const net::Shape& shape = network_.tensors[0].shape;
    const auto is_map = [&](const net::Input& input) {
      return input.dims.size() == 3 && input.dims[1] == shape.h && input.dims[2] == shape.w;
    };
    const bool map = std::all_of(network_.inputs.begin(), network_.inputs.end(), is_map);
    std::vector<std::string> parts;
    for (const net::Input& input : network_.inputs) {
      parts.push_back(map || input.dims.size() == 1 ? input.name : flattened(input.name));
    }
    const std::string output = fresh(names_, network_.tensors[0].name + "/joined");
    set_integer(add("Concat", parts, output), "axis", 1);
    return {output, map};
  }

  void add_affine(Exported& value) {
    const std::optional<net::FileGrid>& grid = network_.tensors[0].grid;
    if (grid && grid->exposed) {
      const std::string real = fresh(names_, network_.tensors[0].name + "/real");
      const std::vector<std::string> parameters = grid_parameters(*grid, real);
      add("DequantizeLinear", {value.name, parameters[0], parameters[1]}, real);
      value.name = real;
      return;
    }
    const net::InputAffine& affine = network_.input_affine;
    const int channels = network_.tensors[0].shape.c;
    const Numbers dims = value.map ? Numbers{channels, 1, 1} : Numbers{channels};
    const auto differs = [](const std::vector<double>& all, double from) {
      return std::any_of(all.begin(), all.end(), [from](double v) { return v != from; });
    };
    if (differs(affine.scale, 1)) value.name = affine_node("Mul", value.name, dims, affine.scale);
    if (differs(affine.offset, 0)) value.name = affine_node("Add", value.name, dims, affine.offset);
    if (grid) value.name = on_grid(value.name, *grid, fresh(names_, network_.tensors[0].name + "/stored"));
  }

  std::string flattened(const std::string& name) {
    const std::string output = fresh(names_, name + "/flat");
    add("Flatten", {name}, output);
    return output;
  }

  std::string affine_node(const std::string& op, const std::string& input, const Numbers& dims,
                          const std::vector<double>& values) {
    const std::string output = fresh(names_, network_.tensors[0].name + "/" + op);
    const std::vector<float> rounded(values.begin(), values.end());
    add(op, {input, constant(output + "/constant", dims, rounded)}, output);
    return output;
  }

  /// Output names of a folded node's operators: the last one has the tensor's name.
  std::string next_output(const net::Node& node, bool last, const std::string& op) {
    const std::string& name = network_.tensors[node.output].name;
    const bool named = last && !network_.tensors[node.output].grid;
    return named ? name : fresh(names_, name + "/" + op);
  }

  void add_node(const net::Node& node) {
    const net::FunctionRange range = net::range(node.activation);
    const bool limited = node.lower != range.lower || node.upper != range.upper;
    const bool activated = !node.activation.is_identity();
    const bool map = node.onnx_operator == "Conv";
    const net::Shape& shape = network_.tensors[node.input].shape;
    const std::string input = as(values_[node.input], shape, map);
    const int joined = node.joined();
    const bool joins = joined >= 0;
    std::string value = next_output(node, !activated && !limited && !node.pool && !joins, node.onnx_operator);
    if (map) {
      add_conv(node, input, shape, value);
    } else {
      add_dense(node, input, shape, value);
    }
    if (joins) {
      const std::string op = node.residual >= 0 ? "Add" : "Mul";
      const std::string result = next_output(node, !activated && !limited, op);
      add(op, {value, as(values_[joined], node.conv_shape, map)}, result);
      value = result;
    }
    if (activated)
      value = add_activation(node, value, next_output(node, !limited && !node.pool, "activation"));
    if (limited) value = add_limits(node, value);
    if (node.pool) {
      const std::string output = next_output(node, true, "MaxPool");
      set_window(add("MaxPool", {value}, output), *node.pool);
      value = output;
    }
    const net::Tensor& stored = network_.tensors[node.output];
    if (stored.grid) value = on_grid(value, *stored.grid, stored.name);
    values_[node.output] = {value, map};
  }

  /// Weights [out][y][x][channel] -> [out][channel][y][x].
  std::vector<float> channel_first(const net::Node& node, const net::Shape& kernel) const {
    std::vector<float> result;
    result.reserve(node.weight.size());
    for (int oc = 0; oc < node.out_channels; ++oc) {
      const std::vector<float> row = net::to_channel_first(node.weight.data() + oc * kernel.size(), kernel);
      result.insert(result.end(), row.begin(), row.end());
    }
    return result;
  }

  void add_conv(const net::Node& node, const std::string& input, const net::Shape& shape,
                const std::string& output) {
    const net::Window& window = node.window;
    const int channels = shape.c / node.groups;
    const std::vector<float> weight = channel_first(node, {window.kh, window.kw, channels});
    const std::string w = weights(node, {node.out_channels, channels, window.kh, window.kw}, weight, 0);
    const std::string b = constant(node.name + "/bias", {node.out_channels}, node.bias);
    NodeProto& conv = add("Conv", {input, w, b}, output, node.name);
    set_window(conv, window);
    if (window.dilation_y * window.dilation_x > 1)
      set_integers(conv, "dilations", {window.dilation_y, window.dilation_x});
    if (node.groups > 1) set_integer(conv, "group", node.groups);
  }

  void add_dense(const net::Node& node, const std::string& input, const net::Shape& shape,
                 const std::string& output) {
    const std::vector<float> weight = channel_first(node, shape);
    const std::string b = constant(node.name + "/bias", {node.out_channels}, node.bias);
    if (node.onnx_operator == "Gemm") {
      const std::string w = weights(node, {node.out_channels, shape.size()}, weight, 0);
      NodeProto& gemm = add("Gemm", {input, w, b}, output, node.name);
      set_integer(gemm, "transB", 1);
      return;
    }
    std::vector<float> columns(weight.size());
    const std::int64_t inner = shape.size();
    for (int oc = 0; oc < node.out_channels; ++oc) {
      for (std::int64_t i = 0; i < inner; ++i) columns[i * node.out_channels + oc] = weight[oc * inner + i];
    }
    const std::string w = weights(node, {inner, node.out_channels}, columns, 1);
    const std::string product = fresh(names_, output + "/product");
    add("MatMul", {input, w}, product, node.name);
    add("Add", {product, b}, output);
  }

  std::string add_activation(const net::Node& node, const std::string& input, const std::string& output) {
    const auto apply = [&](const std::string& op) -> NodeProto& { return add(op, {input}, output); };
    const net::Activation& activation = node.activation;
    switch (activation.function) {
      case net::Function::leaky_relu:
        set_float(apply("LeakyRelu"), "alpha", activation.alpha);
        break;
      case net::Function::elu:
        set_float(apply("Elu"), "alpha", activation.alpha);
        break;
      case net::Function::selu: {
        NodeProto& selu = apply("Selu");
        set_float(selu, "alpha", activation.alpha);
        set_float(selu, "gamma", activation.beta);
        break;
      }
      case net::Function::hard_sigmoid: {
        NodeProto& sigmoid = apply("HardSigmoid");
        set_float(sigmoid, "alpha", activation.alpha);
        set_float(sigmoid, "beta", activation.beta);
        break;
      }
      case net::Function::gelu_tanh:
        set_text(apply("Gelu"), "approximate", "tanh");
        break;
      case net::Function::swish: {
        const std::string gate = fresh(names_, output + "/gate");
        add("Sigmoid", {input}, gate);
        add("Mul", {input, gate}, output);
        break;
      }
      case net::Function::identity:
      case net::Function::sigmoid:
      case net::Function::tanh:
      case net::Function::hard_swish:
      case net::Function::gelu:
      case net::Function::softplus:
      case net::Function::mish:
        apply(kOperators.at(activation.function));
    }
    return output;
  }

  std::string add_limits(const net::Node& node, const std::string& input) {
    const bool relu = node.lower == 0 && std::isinf(node.upper);
    const std::string output = next_output(node, !node.pool, relu ? "Relu" : "Clip");
    if (relu) {
      add("Relu", {input}, output);
      return output;
    }
    const std::string lower = std::isfinite(node.lower) ? scalar(node.name + "/min", node.lower) : "";
    std::vector<std::string> inputs{input, lower};
    if (std::isfinite(node.upper)) inputs.push_back(scalar(node.name + "/max", node.upper));
    add("Clip", inputs, output);
    return output;
  }

  void add_only_output() {
    const net::Tensor& tensor = network_.tensors[network_.output];
    const net::Output& output = network_.outputs.front();
    const auto& order = network_.output_order;
    Numbers dims = output.dims;
    std::string name = values_[network_.output].name;
    if (output.softmax) {
      const std::string applied = order ? fresh(names_, output.name + "/softmax") : output.name;
      add_softmax(values_[network_.output], tensor.shape.size(), output, applied);
      if (output.softmax->size == tensor.shape.size()) dims = {tensor.shape.size()};
      name = applied;
    }
    if (order) {
      add_transpose(name, dims, *order, output.name);
    } else if (!output.softmax && tensor.name != output.name) {
      add("Identity", {name}, output.name);
    }
  }

  /// Each output is a slice of what the accelerator gives.
  void add_outputs() {
    const Exported& joined = values_[network_.output];
    const std::int64_t all = network_.tensors[network_.output].shape.size();
    const std::string flat = joined.map ? flattened(joined.name) : joined.name;
    for (const net::Output& output : network_.outputs) {
      std::string part = flat;
      if (output.size() != all) {
        part = fresh(names_, output.name + "/slice");
        add("Slice",
            {flat, numbers(part + "/starts", {output.first}),
             numbers(part + "/ends", {output.first + output.size()}), numbers(part + "/axes", {1})},
            part);
      }
      if (output.softmax) {
        add_softmax({part, false}, output.size(), output, output.name);
      } else {
        reshape(part, with_batch(output.dims), output.name);
      }
    }
  }

  static Numbers with_batch(Numbers dims) {
    dims.insert(dims.begin(), -1);
    return dims;
  }

  void add_softmax(const Exported& logits, std::int64_t size, const net::Output& output,
                   const std::string& result) {
    const net::Softmax& softmax = *output.softmax;
    const std::string op = softmax.logarithm ? "LogSoftmax" : "Softmax";
    if (softmax.size == size && network_.outputs.size() == 1) {
      const std::string input = logits.map ? flattened(logits.name) : logits.name;
      add(op, {input}, result);
      return;
    }
    const std::int64_t outer = size / (softmax.size * softmax.stride);
    const std::string groups = fresh(names_, logits.name + "/groups");
    reshape(logits.name, {-1, outer, softmax.size, softmax.stride}, groups);
    const std::string applied = fresh(names_, result + "/groups");
    set_integer(add(op, {groups}, applied), "axis", 2);
    reshape(applied, with_batch(output.dims), result);
  }

  const net::Network& network_;
  std::vector<Exported> values_;  // [tensors]
};

}  // namespace

std::string export_onnx(const net::Network& network) { return Exporter(network).run(); }

}  // namespace dpwa::onnx
