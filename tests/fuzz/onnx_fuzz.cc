// SPDX-License-Identifier: Apache-2.0
//
// ONNX models, with a file of external data beside them.
#include <array>
#include <limits>
#include <random>

#include "calib/onnx/import.h"
#include "calib/onnx/model_file.h"
#include "model/base/files.h"
#include "tests/base/temporary_directory.h"
#include "tests/fuzz/feed.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size)
    __attribute__((weak));
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed);

namespace dpwa {
namespace {

constexpr std::array<const char*, 52> kOperators = {"Conv",
                                                    "Gemm",
                                                    "MatMul",
                                                    "Add",
                                                    "Sub",
                                                    "Mul",
                                                    "Div",
                                                    "Relu",
                                                    "BatchNormalization",
                                                    "Clip",
                                                    "LeakyRelu",
                                                    "Sigmoid",
                                                    "HardSigmoid",
                                                    "Tanh",
                                                    "HardSwish",
                                                    "Gelu",
                                                    "Swish",
                                                    "Elu",
                                                    "PRelu",
                                                    "MaxPool",
                                                    "GlobalMaxPool",
                                                    "Max",
                                                    "Min",
                                                    "ReduceMax",
                                                    "ReduceMean",
                                                    "AveragePool",
                                                    "Transpose",
                                                    "Slice",
                                                    "GlobalAveragePool",
                                                    "Gather",
                                                    "GatherElements",
                                                    "GatherND",
                                                    "Pad",
                                                    "Concat",
                                                    "Expand",
                                                    "Tile",
                                                    "Resize",
                                                    "Upsample",
                                                    "DepthToSpace",
                                                    "SpaceToDepth",
                                                    "ReduceSum",
                                                    "Neg",
                                                    "Sum",
                                                    "Mean",
                                                    "ConvTranspose",
                                                    "Softmax",
                                                    "Identity",
                                                    "Constant",
                                                    "Flatten",
                                                    "Reshape",
                                                    "Squeeze",
                                                    "Unsqueeze"};

/// Changes one thing of a graph: most changes of bytes make no model at all.
class GraphMutator {
  std::size_t below(std::size_t end) { return random_() % end; }

  template <typename List>
  auto some(List* list) -> decltype(list->Mutable(0)) {
    return list->empty() ? nullptr : list->Mutable(static_cast<int>(below(list->size())));
  }
  template <typename List>
  auto pick(const List& list) {
    return list[below(list.size())];
  }

 public:
  GraphMutator(::onnx::GraphProto& graph, unsigned seed) : graph_(graph), random_(seed) {}

  void change() {
    switch (below(9)) {
      case 0:
        if (graph_.node_size() > 0) node().set_op_type(pick(kOperators));
        return;
      case 1:
        if (auto* input = some(node().mutable_input())) *input = value_name();
        return;
      case 2:
        node().add_input(value_name());
        return;
      case 3:
        if (auto& inputs = *node().mutable_input(); !inputs.empty()) inputs.RemoveLast();
        return;
      case 4:
        change_attribute();
        return;
      case 5:
        *graph_.add_node() = node();
        graph_.mutable_node(graph_.node_size() - 1)->set_output(0, "new" + std::to_string(below(4)));
        return;
      case 6:
        if (graph_.initializer_size() > 0) change_tensor(*some(graph_.mutable_initializer()));
        return;
      case 7:
        change_input();
        return;
      default:
        if (auto* output = some(graph_.mutable_output())) output->set_name(value_name());
    }
  }

 private:
  ::onnx::NodeProto& node() {
    if (graph_.node_size() == 0) graph_.add_node()->add_output("y");
    ::onnx::NodeProto& node = *some(graph_.mutable_node());
    if (node.output_size() == 0) node.add_output("y");
    return node;
  }

  std::string value_name() {
    const std::size_t kind = below(4);
    if (kind == 0 && graph_.initializer_size() > 0) return some(graph_.mutable_initializer())->name();
    if (kind == 1 && graph_.input_size() > 0) return some(graph_.mutable_input())->name();
    return kind == 2 ? "" : node().output(0);
  }

  std::int64_t number() {
    constexpr std::array<std::int64_t, 16> kNumbers = {-1,
                                                       0,
                                                       1,
                                                       2,
                                                       3,
                                                       4,
                                                       7,
                                                       8,
                                                       64,
                                                       255,
                                                       65536,
                                                       -2,
                                                       std::int64_t{1} << 31,
                                                       std::int64_t{1} << 40,
                                                       std::numeric_limits<std::int64_t>::max(),
                                                       std::numeric_limits<std::int64_t>::min()};
    return pick(kNumbers);
  }

  void change_attribute() {
    constexpr std::array<const char*, 30> kNames = {"axis",
                                                    "axes",
                                                    "group",
                                                    "pads",
                                                    "strides",
                                                    "dilations",
                                                    "kernel_shape",
                                                    "auto_pad",
                                                    "alpha",
                                                    "beta",
                                                    "transA",
                                                    "transB",
                                                    "perm",
                                                    "keepdims",
                                                    "blocksize",
                                                    "mode",
                                                    "ceil_mode",
                                                    "count_include_pad",
                                                    "output_shape",
                                                    "starts",
                                                    "ends",
                                                    "split",
                                                    "output_padding",
                                                    "noop_with_empty_axes",
                                                    "to",
                                                    "value",
                                                    "batch_dims",
                                                    "exclude_outside",
                                                    "epsilon",
                                                    "allowzero"};
    ::onnx::NodeProto& changed = node();
    ::onnx::AttributeProto* attribute = below(2) == 0 ? some(changed.mutable_attribute()) : nullptr;
    if (attribute == nullptr) {
      attribute = changed.add_attribute();
      attribute->set_name(pick(kNames));
    }
    const bool list = attribute->ints_size() > 0 || below(2) == 0;
    if (!list) {
      attribute->set_type(::onnx::AttributeProto::INT);
      attribute->set_i(number());
      attribute->set_f(static_cast<float>(number()));
      return;
    }
    attribute->set_type(::onnx::AttributeProto::INTS);
    if (attribute->ints_size() == 0 || below(4) == 0) attribute->add_ints(number());
    attribute->set_ints(static_cast<int>(below(attribute->ints_size())), number());
  }

  void change_tensor(::onnx::TensorProto& tensor) {
    if (tensor.int64_data_size() > 0 && below(2) == 0) {
      tensor.set_int64_data(static_cast<int>(below(tensor.int64_data_size())), number());
    } else if (tensor.float_data_size() > 0 && below(2) == 0) {
      constexpr std::array<float, 6> kValues = {0,
                                                -1,
                                                1e38F,
                                                1e-40F,
                                                std::numeric_limits<float>::infinity(),
                                                std::numeric_limits<float>::quiet_NaN()};
      tensor.set_float_data(static_cast<int>(below(tensor.float_data_size())), pick(kValues));
    } else if (tensor.dims_size() > 0 && below(2) == 0) {
      std::swap(*some(tensor.mutable_dims()), *some(tensor.mutable_dims()));
    } else {
      tensor.add_dims(1);
    }
  }

  void change_input() {
    if (graph_.input_size() == 0) return;
    auto& shape = *graph_.mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape();
    if (shape.dim_size() == 0 || below(4) == 0) shape.add_dim();
    some(shape.mutable_dim())->set_dim_value(number());
  }

  ::onnx::GraphProto& graph_;
  std::minstd_rand random_;
};

}  // namespace
}  // namespace dpwa

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                    unsigned seed) {
  ::onnx::ModelProto model;
  if (seed % 4 == 0 || !model.ParseFromArray(data, static_cast<int>(size))) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  dpwa::GraphMutator mutator(*model.mutable_graph(), seed);
  for (unsigned i = 0; i <= seed / 4 % 3; ++i) mutator.change();
  const std::string bytes = model.SerializeAsString();
  if (bytes.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::copy(bytes.begin(), bytes.end(), data);
  return bytes.size();
}

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dpwa;
  static const TemporaryDirectory folder;
  static const auto file = folder.path() / "model.onnx";
  static const bool external = (write_file(folder.path() / "values.bin", std::string(64, '\1')), true);
  fuzz::feed(file, data, size, [] { dpwa::onnx::inspect_onnx(file); });
  return external ? 0 : 1;
}
