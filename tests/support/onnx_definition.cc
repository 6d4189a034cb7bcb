// SPDX-License-Identifier: Apache-2.0
#include "tests/support/onnx_definition.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <numeric>
#include <stdexcept>
#include <string>

namespace dpwa::test {
namespace {

using ::onnx::NodeProto;
using ::onnx::TensorProto;

/// Values are float32, or integers of up to 32 bits; doubles hold both.
struct Array {
  std::vector<std::int64_t> dims;
  std::vector<double> values;
  int type = TensorProto::FLOAT;
};

std::int64_t product(const std::vector<std::int64_t>& dims, std::size_t from, std::size_t to) {
  return std::accumulate(dims.begin() + from, dims.begin() + to, std::int64_t{1}, std::multiplies<>());
}

Array read(const TensorProto& tensor) {
  Array array{{tensor.dims().begin(), tensor.dims().end()}, {}, tensor.data_type()};
  if (tensor.data_type() == TensorProto::FLOAT) {
    array.values.assign(tensor.float_data().begin(), tensor.float_data().end());
  } else if (tensor.data_type() == TensorProto::INT64) {
    array.values.assign(tensor.int64_data().begin(), tensor.int64_data().end());
  } else {
    array.values.assign(tensor.int32_data().begin(), tensor.int32_data().end());
  }
  return array;
}

std::pair<double, double> limits(int type) {
  switch (type) {
    case TensorProto::UINT8:
      return {0, 255};
    case TensorProto::INT8:
      return {-128, 127};
    case TensorProto::UINT16:
      return {0, 65535};
    case TensorProto::INT16:
      return {-32768, 32767};
    default:
      throw std::invalid_argument("no quantized type");
  }
}

class Interpreter {
 public:
  Interpreter(const ::onnx::ModelProto& model, const std::vector<float>& sample) : graph_(model.graph()) {
    for (const TensorProto& tensor : graph_.initializer()) values_[tensor.name()] = read(tensor);
    const auto& type = graph_.input(0).type().tensor_type();
    Array x{{}, {sample.begin(), sample.end()}, type.elem_type()};
    for (const auto& dim : type.shape().dim()) x.dims.push_back(std::max<std::int64_t>(dim.dim_value(), 1));
    values_[graph_.input(0).name()] = x;
  }

  std::vector<float> run() {
    for (const NodeProto& node : graph_.node()) {
      node_ = &node;
      values_[node.output(0)] = compute();
    }
    const Array& y = values_.at(graph_.output(0).name());
    return {y.values.begin(), y.values.end()};
  }

 private:
  const Array& in(int i) const { return values_.at(node_->input(i)); }
  bool has(int i) const { return i < node_->input_size() && !node_->input(i).empty(); }

  std::vector<std::int64_t> ints(const std::string& name, std::vector<std::int64_t> otherwise) const {
    for (const auto& a : node_->attribute()) {
      if (a.name() == name) return {a.ints().begin(), a.ints().end()};
    }
    return otherwise;
  }
  std::int64_t integer(const std::string& name, std::int64_t otherwise) const {
    for (const auto& a : node_->attribute()) {
      if (a.name() == name) return a.i();
    }
    return otherwise;
  }

  Array compute() {
    const std::string& op = node_->op_type();
    if (op == "QuantizeLinear") return quantize(in(0), in(1), has(2) ? &in(2) : nullptr);
    if (op == "DequantizeLinear")
      return dequantize(in(0), in(1), has(2) ? &in(2) : nullptr, integer("axis", 1));
    if (op == "Conv") return conv(in(0), in(1), has(2) ? &in(2) : nullptr, false);
    if (op == "Gemm") return gemm();
    if (op == "MatMul") return matmul(in(0), in(1), false);
    if (op == "QLinearConv") return qlinear_conv();
    if (op == "QLinearMatMul") return qlinear_matmul();
    if (op == "ConvInteger") return conv(less(in(0), 2), less(in(1), 3), nullptr, true);
    if (op == "MatMulInteger") return matmul(less(in(0), 2), less(in(1), 3), true);
    if (op == "MaxPool" || op == "AveragePool") return pool(op == "MaxPool");
    if (op == "GlobalAveragePool") return global_average();
    if (op == "Flatten") return flatten();
    if (op == "Transpose") return transpose();
    if (op == "Relu") return each(in(0), [](double v) { return std::max(v, 0.0); });
    if (op == "Add") return add();
    if (op == "Concat") return concat();
    throw std::invalid_argument(op);
  }

  template <typename F>
  static Array each(Array x, F f) {
    for (double& v : x.values) v = f(v);
    return x;
  }

  /// x less a zero point that may be missing.
  Array less(Array x, int zero) const {
    const double z = has(zero) ? in(zero).values[0] : 0;
    return each(std::move(x), [z](double v) { return v - z; });
  }

  static Array quantize(Array x, const Array& scale, const Array* zero) {
    const double z = zero ? zero->values[0] : 0;
    const int type = zero ? zero->type : static_cast<int>(TensorProto::UINT8);
    const auto [low, high] = limits(type);
    x.type = type;
    const auto s = static_cast<float>(scale.values[0]);
    for (double& v : x.values) {
      const float quotient = static_cast<float>(v) / s;
      v = std::clamp(std::nearbyint(static_cast<double>(quotient)) + z, low, high);
    }
    return x;
  }

  static Array dequantize(Array x, const Array& scale, const Array* zero, std::int64_t axis) {
    x.type = TensorProto::FLOAT;
    const bool along = scale.values.size() > 1;
    const std::int64_t inner = along ? product(x.dims, axis + 1, x.dims.size()) : 1;
    for (std::size_t i = 0; i < x.values.size(); ++i) {
      const std::size_t at = along ? static_cast<std::int64_t>(i) / inner % x.dims[axis] : 0;
      const double z = zero ? zero->values[zero->values.size() > 1 ? at : 0] : 0;
      x.values[i] = static_cast<float>(x.values[i] - z) * static_cast<float>(scale.values[at]);
    }
    return x;
  }

  /// Adds in float32, or exactly.
  static void accumulate(double& sum, double a, double b, bool exact) {
    sum = exact ? sum + a * b : static_cast<float>(sum) + static_cast<float>(a) * static_cast<float>(b);
  }

  Array conv(const Array& x, const Array& w, const Array* b, bool exact) const {
    const auto pads = ints("pads", {0, 0, 0, 0}), strides = ints("strides", {1, 1});
    const std::int64_t groups = integer("group", 1), h = x.dims[2], wide = x.dims[3];
    const std::int64_t oh = (h + pads[0] + pads[2] - w.dims[2]) / strides[0] + 1;
    const std::int64_t ow = (wide + pads[1] + pads[3] - w.dims[3]) / strides[1] + 1;
    Array y{{1, w.dims[0], oh, ow}, {}, exact ? static_cast<int>(TensorProto::INT32) : x.type};
    for (std::int64_t o = 0; o < w.dims[0]; ++o) {
      const std::int64_t first = o / (w.dims[0] / groups) * w.dims[1];
      for (std::int64_t p = 0; p < oh * ow; ++p) {
        double sum = 0;
        for (std::int64_t t = 0; t < product(w.dims, 1, 4); ++t) {
          const std::int64_t c = t / (w.dims[2] * w.dims[3]);
          const std::int64_t iy = p / ow * strides[0] - pads[0] + t / w.dims[3] % w.dims[2];
          const std::int64_t ix = p % ow * strides[1] - pads[1] + t % w.dims[3];
          if (iy < 0 || iy >= h || ix < 0 || ix >= wide) continue;
          accumulate(sum, x.values[((first + c) * h + iy) * wide + ix],
                     w.values[o * product(w.dims, 1, 4) + t], exact);
        }
        if (b) sum = exact ? sum + b->values[o] : static_cast<float>(sum) + static_cast<float>(b->values[o]);
        y.values.push_back(sum);
      }
    }
    return y;
  }

  Array matmul(const Array& a, const Array& b, bool exact) const {
    const std::int64_t inner = b.dims[0], columns = b.dims[1];
    Array y{a.dims, {}, exact ? static_cast<int>(TensorProto::INT32) : a.type};
    y.dims.back() = columns;
    for (std::int64_t r = 0; r < static_cast<std::int64_t>(a.values.size()) / inner; ++r) {
      for (std::int64_t c = 0; c < columns; ++c) {
        double sum = 0;
        for (std::int64_t i = 0; i < inner; ++i)
          accumulate(sum, a.values[r * inner + i], b.values[i * columns + c], exact);
        y.values.push_back(sum);
      }
    }
    return y;
  }

  Array gemm() const {
    Array w = in(1);
    if (integer("transB", 0) != 0) w = transposed(w, {1, 0});
    Array y = matmul(in(0), w, false);
    for (std::size_t i = 0; has(2) && i < y.values.size(); ++i)
      y.values[i] = static_cast<float>(y.values[i]) + static_cast<float>(in(2).values[i % w.dims[1]]);
    return y;
  }

  /// Exact sums of integers, then scaled and rounded.
  static Array requantize(Array y, const Array& x_scale, const Array& w_scale, const Array& y_scale,
                          const Array& y_zero, std::int64_t inner) {
    const auto [low, high] = limits(y_zero.type);
    for (std::size_t i = 0; i < y.values.size(); ++i) {
      const std::size_t at = w_scale.values.size() > 1 ? i / inner % w_scale.values.size() : 0;
      const double m = x_scale.values[0] * w_scale.values[at] / y_scale.values[0];
      y.values[i] = std::clamp(std::nearbyint(y.values[i] * m) + y_zero.values[0], low, high);
    }
    y.type = y_zero.type;
    return y;
  }

  Array qlinear_conv() const {
    const Array sum = conv(less(in(0), 2), less(in(3), 5), has(8) ? &in(8) : nullptr, true);
    return requantize(sum, in(1), in(4), in(6), in(7), product(sum.dims, 2, 4));
  }

  Array qlinear_matmul() const {
    return requantize(matmul(less(in(0), 2), less(in(3), 5), true), in(1), in(4), in(6), in(7), 1);
  }

  Array pool(bool largest) const {
    const Array& x = in(0);
    const auto kernel = ints("kernel_shape", {}), strides = ints("strides", {1, 1});
    const std::int64_t h = x.dims[2], w = x.dims[3];
    const std::int64_t oh = (h - kernel[0]) / strides[0] + 1, ow = (w - kernel[1]) / strides[1] + 1;
    Array y{{1, x.dims[1], oh, ow}, {}, x.type};
    for (std::int64_t i = 0; i < x.dims[1] * oh * ow; ++i) {
      double most = -std::numeric_limits<double>::infinity(), sum = 0;
      for (std::int64_t t = 0; t < kernel[0] * kernel[1]; ++t) {
        const std::int64_t iy = i / ow % oh * strides[0] + t / kernel[1],
                           ix = i % ow * strides[1] + t % kernel[1];
        const double v = x.values[(i / (oh * ow) * h + iy) * w + ix];
        most = std::max(most, v);
        sum = static_cast<float>(sum) + static_cast<float>(v);
      }
      y.values.push_back(largest ? most
                                 : static_cast<float>(sum) / static_cast<float>(kernel[0] * kernel[1]));
    }
    return y;
  }

  Array global_average() const {
    const Array& x = in(0);
    const std::int64_t positions = x.dims[2] * x.dims[3];
    Array y{{1, x.dims[1], 1, 1}, {}, x.type};
    for (std::int64_t c = 0; c < x.dims[1]; ++c) {
      float sum = 0;
      for (std::int64_t i = 0; i < positions; ++i) sum += static_cast<float>(x.values[c * positions + i]);
      y.values.push_back(sum / static_cast<float>(positions));
    }
    return y;
  }

  Array flatten() const {
    Array y = in(0);
    y.dims = {1, static_cast<std::int64_t>(y.values.size())};
    return y;
  }

  Array transpose() const { return transposed(in(0), ints("perm", {})); }

  static Array transposed(const Array& x, const std::vector<std::int64_t>& perm) {
    Array y{{}, std::vector<double>(x.values.size()), x.type};
    for (const std::int64_t p : perm) y.dims.push_back(x.dims[p]);
    for (std::size_t i = 0; i < y.values.size(); ++i) {
      std::int64_t rest = static_cast<std::int64_t>(i), from = 0;
      for (std::size_t d = perm.size(); d-- > 0; rest /= y.dims[d])
        from += rest % y.dims[d] * product(x.dims, perm[d] + 1, x.dims.size());
      y.values[i] = x.values[from];
    }
    return y;
  }

  /// Along the channels of one sample.
  Array concat() const {
    Array y = in(0);
    for (int i = 1; i < node_->input_size(); ++i) {
      y.values.insert(y.values.end(), in(i).values.begin(), in(i).values.end());
      y.dims[1] += in(i).dims[1];
    }
    return y;
  }

  Array add() const {
    Array y = in(0);
    for (std::size_t i = 0; i < y.values.size(); ++i)
      y.values[i] = static_cast<float>(y.values[i]) + static_cast<float>(in(1).values[i]);
    return y;
  }

  const ::onnx::GraphProto& graph_;
  std::map<std::string, Array> values_;
  const NodeProto* node_ = nullptr;
};

}  // namespace

std::vector<float> run_definition(const ::onnx::ModelProto& model, const std::vector<float>& sample) {
  return Interpreter(model, sample).run();
}

}  // namespace dpwa::test
