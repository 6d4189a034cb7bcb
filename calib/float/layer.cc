// SPDX-License-Identifier: Apache-2.0
#include "calib/float/layer.h"

#include <dnnl.hpp>
#include <unordered_map>

#include "model/base/error.h"

namespace dpwa::floating {

namespace {

using Tag = dnnl::memory::format_tag;
using Arguments = std::unordered_map<int, dnnl::memory>;

/// Instruction sets differ in the order of their sums, so in last bits, from which a search makes other
/// plans: every x86 machine uses the kernels that all of them have.
dnnl::engine common_engine() {
  dnnl::set_max_cpu_isa(dnnl::cpu_isa::sse41);
  return dnnl::engine(dnnl::engine::kind::cpu, 0);
}

const dnnl::engine& cpu() {
  static const dnnl::engine engine = common_engine();
  return engine;
}

dnnl::memory::desc describe(const dnnl::memory::dims& dims, Tag tag) {
  return {dims, dnnl::memory::data_type::f32, tag};
}

/// A view of the caller's buffer. oneDNN reads through the same type that it writes through.
dnnl::memory view(const dnnl::memory::desc& desc, const float* data) {
  return {desc, cpu(), const_cast<float*>(data)};
}

/// Scratch memory belongs to the primitive, so that a layer may be built on one thread and run on another.
dnnl::primitive_attr own_scratchpad() {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

/// A primitive with its scratchpad.
template <class Primitive>
struct Runner {
  typename Primitive::primitive_desc desc;
  Primitive primitive;
  dnnl::memory scratchpad;

  explicit Runner(const typename Primitive::primitive_desc& d)
      : desc(d), primitive(d), scratchpad(d.scratchpad_desc(), cpu()) {}

  void run(dnnl::stream& stream, Arguments arguments) {
    arguments.emplace(DNNL_ARG_SCRATCHPAD, scratchpad);
    primitive.execute(stream, arguments);
  }
};

dnnl::memory reordered(dnnl::stream& stream, dnnl::memory from, const dnnl::memory::desc& to) {
  if (from.get_desc() == to) return from;
  dnnl::memory result(to, cpu());
  dnnl::reorder(from, result).execute(stream, from, result);
  return result;
}

using dnnl::prop_kind;

/// The operations of a dense product (kernel = whole map) or of a convolution, seen alike.
template <class Forward, class BackwardData, class BackwardWeights>
struct Family {
  using ForwardRunner = Runner<Forward>;
  using DataRunner = Runner<BackwardData>;
  using WeightsRunner = Runner<BackwardWeights>;
};
using DenseFamily = Family<dnnl::inner_product_forward, dnnl::inner_product_backward_data,
                           dnnl::inner_product_backward_weights>;
using ConvFamily =
    Family<dnnl::convolution_forward, dnnl::convolution_backward_data, dnnl::convolution_backward_weights>;

/// Memory descriptors of a node's product. `weight_user` is the project's layout.
struct Geometry {
  dnnl::memory::desc input, output, weight_user, weight_any, bias;
  dnnl::memory::dims strides, dilates, pads_begin, pads_end;
};

bool is_dense(const net::Node& node, const net::Shape& input) {
  return node.groups == 1 && net::covers(node.window, input);
}

Geometry dense_geometry(const net::Node& node, const net::Shape& input, int batch) {
  const dnnl::memory::dims weight{node.out_channels, input.size()};
  Geometry g;
  g.input = describe({batch, input.size()}, Tag::nc);
  g.output = describe({batch, node.out_channels}, Tag::nc);
  g.weight_user = describe(weight, Tag::oi);
  g.weight_any = describe(weight, Tag::any);
  g.bias = describe({node.out_channels}, Tag::x);
  return g;
}

Geometry conv_geometry(const net::Node& node, const net::Shape& input, int batch) {
  const net::Window& w = node.window;
  const int inputs = input.c / node.groups, outputs = node.out_channels / node.groups;
  dnnl::memory::dims weight{outputs, inputs, w.kh, w.kw};
  dnnl::memory::dims steps{w.kh * w.kw * inputs, 1, w.kw * inputs, inputs};  // [out][kh][kw][in]
  if (node.groups > 1) {
    weight.insert(weight.begin(), node.groups);
    steps.insert(steps.begin(), std::int64_t{outputs} * w.kh * w.kw * inputs);
  }
  Geometry g;
  g.input = describe({batch, input.c, input.h, input.w}, Tag::nhwc);
  g.output = describe({batch, node.out_channels, node.conv_shape.h, node.conv_shape.w}, Tag::nhwc);
  g.weight_user = {weight, dnnl::memory::data_type::f32, steps};
  g.weight_any = describe(weight, Tag::any);
  g.bias = describe({node.out_channels}, Tag::x);
  g.strides = {w.stride_y, w.stride_x};
  g.dilates = {w.dilation_y - 1, w.dilation_x - 1};
  g.pads_begin = {w.pad_top, w.pad_left};
  g.pads_end = {w.pad_bottom, w.pad_right};
  return g;
}

DenseFamily::ForwardRunner make_forward(DenseFamily, const Geometry& g) {
  return DenseFamily::ForwardRunner(
      {{prop_kind::forward_training, g.input, g.weight_any, g.bias, g.output}, own_scratchpad(), cpu()});
}
ConvFamily::ForwardRunner make_forward(ConvFamily, const Geometry& g) {
  return ConvFamily::ForwardRunner(
      {{prop_kind::forward_training, dnnl::algorithm::convolution_direct, g.input, g.weight_any, g.bias,
        g.output, g.strides, g.dilates, g.pads_begin, g.pads_end},
       own_scratchpad(),
       cpu()});
}
DenseFamily::DataRunner make_data(DenseFamily, const Geometry& g, const DenseFamily::ForwardRunner& hint) {
  return DenseFamily::DataRunner({{g.input, g.weight_any, g.output}, own_scratchpad(), cpu(), hint.desc});
}
ConvFamily::DataRunner make_data(ConvFamily, const Geometry& g, const ConvFamily::ForwardRunner& hint) {
  return ConvFamily::DataRunner({{dnnl::algorithm::convolution_direct, g.input, g.weight_any, g.output,
                                  g.strides, g.dilates, g.pads_begin, g.pads_end},
                                 own_scratchpad(),
                                 cpu(),
                                 hint.desc});
}
DenseFamily::WeightsRunner make_weights(DenseFamily, const Geometry& g,
                                        const DenseFamily::ForwardRunner& hint) {
  return DenseFamily::WeightsRunner({{g.input, g.weight_any, g.output}, own_scratchpad(), cpu(), hint.desc});
}
ConvFamily::WeightsRunner make_weights(ConvFamily, const Geometry& g, const ConvFamily::ForwardRunner& hint) {
  return ConvFamily::WeightsRunner({{dnnl::algorithm::convolution_direct, g.input, g.weight_any, g.output,
                                     g.strides, g.dilates, g.pads_begin, g.pads_end},
                                    own_scratchpad(),
                                    cpu(),
                                    hint.desc});
}

/// The product of a node; backward primitives are built when first used.
class Product {
 public:
  virtual ~Product() = default;
  virtual void forward(const float* input, float* output) = 0;
  virtual void backward_data(const float* output_gradient, float* input_gradient) = 0;
  virtual void backward_weights(const float* input, const float* output_gradient, float* gradient) = 0;
};

template <class F>
class ProductOf : public Product {
 public:
  ProductOf(const net::Node& node, Geometry geometry, dnnl::stream stream)
      : node_(node),
        geometry_(std::move(geometry)),
        stream_(std::move(stream)),
        forward_(make_forward(F{}, geometry_)),
        weight_(reordered(stream_, view(geometry_.weight_user, node.weight.data()),
                          forward_.desc.weights_desc())) {
    stream_.wait();
  }

  void forward(const float* input, float* output) override {
    forward_.run(stream_, {{DNNL_ARG_SRC, view(geometry_.input, input)},
                           {DNNL_ARG_WEIGHTS, weight_},
                           {DNNL_ARG_BIAS, view(geometry_.bias, node_.bias.data())},
                           {DNNL_ARG_DST, view(geometry_.output, output)}});
  }

  void backward_data(const float* output_gradient, float* input_gradient) override {
    if (!data_) {
      data_ = std::make_unique<typename F::DataRunner>(make_data(F{}, geometry_, forward_));
      data_weight_ =
          reordered(stream_, view(geometry_.weight_user, node_.weight.data()), data_->desc.weights_desc());
    }
    data_->run(stream_, {{DNNL_ARG_DIFF_DST, view(geometry_.output, output_gradient)},
                         {DNNL_ARG_WEIGHTS, data_weight_},
                         {DNNL_ARG_DIFF_SRC, view(geometry_.input, input_gradient)}});
  }

  void backward_weights(const float* input, const float* output_gradient, float* gradient) override {
    if (!weights_) {
      weights_ = std::make_unique<typename F::WeightsRunner>(make_weights(F{}, geometry_, forward_));
      weights_gradient_ = dnnl::memory(weights_->desc.diff_weights_desc(), cpu());
    }
    weights_->run(stream_, {{DNNL_ARG_SRC, view(geometry_.input, input)},
                            {DNNL_ARG_DIFF_DST, view(geometry_.output, output_gradient)},
                            {DNNL_ARG_DIFF_WEIGHTS, weights_gradient_}});
    dnnl::memory user = view(geometry_.weight_user, gradient);
    dnnl::reorder(weights_gradient_, user).execute(stream_, weights_gradient_, user);
  }

 private:
  const net::Node& node_;
  Geometry geometry_;
  dnnl::stream stream_;
  typename F::ForwardRunner forward_;
  dnnl::memory weight_, data_weight_, weights_gradient_;
  std::unique_ptr<typename F::DataRunner> data_;
  std::unique_ptr<typename F::WeightsRunner> weights_;
};

/// Of a node that spreads a map of one position: the product at that position, copied to all.
class SpreadProduct : public Product {
 public:
  SpreadProduct(const net::Node& node, int batch, const dnnl::stream& stream)
      : node_(node), positions_(node.conv_shape.h * node.conv_shape.w) {
    net::Window& window = node_.window;
    window.stride_y = window.stride_x = 1;
    node_.conv_shape = {1, 1, node.out_channels};
    one_ = std::make_unique<ProductOf<ConvFamily>>(
        node_, conv_geometry(node_, {1, 1, node.out_channels}, batch), stream);
    values_.resize(std::size_t(batch) * node.out_channels);
  }

  void forward(const float* input, float* output) override {
    one_->forward(input, values_.data());
    for (auto from = values_.begin(); from != values_.end(); from += node_.out_channels) {
      for (int p = 0; p < positions_; ++p) output = std::copy_n(from, node_.out_channels, output);
    }
  }

  void backward_data(const float* output_gradient, float* input_gradient) override {
    sum(output_gradient);
    one_->backward_data(values_.data(), input_gradient);
  }

  void backward_weights(const float* input, const float* output_gradient, float* gradient) override {
    sum(output_gradient);
    one_->backward_weights(input, values_.data(), gradient);
  }

 private:
  /// The gradient at the one position is the sum over all positions.
  void sum(const float* gradient) {
    std::fill(values_.begin(), values_.end(), 0.0F);
    for (auto to = values_.begin(); to != values_.end(); to += node_.out_channels) {
      for (int p = 0; p < positions_; ++p) {
        for (int c = 0; c < node_.out_channels; ++c) to[c] += *gradient++;
      }
    }
  }

  net::Node node_;  // with one position
  int positions_;
  std::unique_ptr<Product> one_;
  std::vector<float> values_;  // [batch][channels], at the one position
};

std::unique_ptr<Product> make_product(const net::Node& node, const net::Shape& input, int batch,
                                      const dnnl::stream& stream) {
  if (net::spreads(node.window)) return std::make_unique<SpreadProduct>(node, batch, stream);
  if (is_dense(node, input)) {
    return std::make_unique<ProductOf<DenseFamily>>(node, dense_geometry(node, input, batch), stream);
  }
  return std::make_unique<ProductOf<ConvFamily>>(node, conv_geometry(node, input, batch), stream);
}

}  // namespace

/// Product, activation, clamp and max pool of one node. The clamp keeps its output only where a pool follows.
struct Layer::Primitives {
  Primitives(const net::Node& n, const net::Shape& input, const net::Shape& output, int batch)
      : node(n),
        stream(cpu()),
        product(make_product(n, input, batch, stream)),
        input_values(batch * input.size()),
        conv_desc(describe({batch, n.out_channels, n.conv_shape.h, n.conv_shape.w}, Tag::nhwc)),
        output_desc(describe({batch, output.c, output.h, output.w}, Tag::nhwc)) {
    if (node.pool) {
      const net::Window& w = *node.pool;
      const dnnl::memory::dims strides{w.stride_y, w.stride_x}, kernel{w.kh, w.kw};
      const dnnl::memory::dims begin{w.pad_top, w.pad_left}, end{w.pad_bottom, w.pad_right};
      const auto algorithm = dnnl::algorithm::pooling_max;
      pool = std::make_unique<Runner<dnnl::pooling_forward>>(dnnl::pooling_forward::primitive_desc(
          {prop_kind::forward_training, algorithm, conv_desc, output_desc, strides, kernel, begin, end},
          own_scratchpad(), cpu()));
      pool_backward = std::make_unique<Runner<dnnl::pooling_backward>>(dnnl::pooling_backward::primitive_desc(
          {algorithm, conv_desc, output_desc, strides, kernel, begin, end}, own_scratchpad(), cpu(),
          pool->desc));
      workspace = dnnl::memory(pool->desc.workspace_desc(), cpu());
      activated.resize(conv_values());
    }
  }

  std::size_t conv_values() const { return conv_desc.get_size() / sizeof(float); }
  float activated_value(float x) const {
    return node.activation.is_identity() ? x : static_cast<float>(net::value(node.activation, x));
  }

  const net::Node& node;
  dnnl::stream stream;
  std::unique_ptr<Product> product;
  std::int64_t input_values;
  dnnl::memory::desc conv_desc, output_desc;
  std::unique_ptr<Runner<dnnl::pooling_forward>> pool;
  std::unique_ptr<Runner<dnnl::pooling_backward>> pool_backward;
  dnnl::memory workspace;
  std::vector<float> activated;   ///< clamp(activation(preactivation)), when a pool follows
  std::vector<float> input_part;  ///< this node's share of the gradient at its input
  std::vector<float> weight_gradient;
};

Layer::Layer(const net::Network& network, const net::Node& node, int batch) {
  try {
    primitives_ = std::make_unique<Primitives>(node, network.tensors[node.input].shape,
                                               network.tensors[node.output].shape, batch);
  } catch (const dnnl::error& error) {
    throw fail(ExitCode::bad_input, "node {}: the float library cannot run it: {}", node.name, error.message);
  }
}
Layer::~Layer() = default;
Layer::Layer(Layer&&) noexcept = default;
Layer& Layer::operator=(Layer&&) noexcept = default;

void Layer::convolve(const float* input, float* preactivation) {
  primitives_->product->forward(input, preactivation);
}

void Layer::activate(const float* preactivation, float* output) {
  Primitives& p = *primitives_;
  float* clamped = p.pool ? p.activated.data() : output;
  for (std::size_t i = 0; i < p.conv_values(); ++i) {
    clamped[i] = std::min(std::max(p.activated_value(preactivation[i]), p.node.lower), p.node.upper);
  }
  if (p.pool) {
    p.pool->run(p.stream, {{DNNL_ARG_SRC, view(p.conv_desc, clamped)},
                           {DNNL_ARG_DST, view(p.output_desc, output)},
                           {DNNL_ARG_WORKSPACE, p.workspace}});
  }
}

void Layer::backward_activation(const float* preactivation, const float* output_gradient,
                                float* preactivation_gradient) {
  Primitives& p = *primitives_;
  if (p.pool) {
    p.pool_backward->run(p.stream, {{DNNL_ARG_DIFF_DST, view(p.output_desc, output_gradient)},
                                    {DNNL_ARG_DIFF_SRC, view(p.conv_desc, preactivation_gradient)},
                                    {DNNL_ARG_WORKSPACE, p.workspace}});
  } else {
    std::copy_n(output_gradient, p.conv_values(), preactivation_gradient);
  }
  for (std::size_t i = 0; i < p.conv_values(); ++i) {
    const float activated = p.activated_value(preactivation[i]);
    if (!(activated > p.node.lower && activated < p.node.upper)) {
      preactivation_gradient[i] = 0;
    } else if (!p.node.activation.is_identity()) {
      preactivation_gradient[i] *= static_cast<float>(net::slope(p.node.activation, preactivation[i]));
    }
  }
}

void Layer::backward_data(const float* preactivation_gradient, float* input_gradient) {
  Primitives& p = *primitives_;
  p.input_part.resize(p.input_values);
  p.product->backward_data(preactivation_gradient, p.input_part.data());
  for (std::int64_t i = 0; i < p.input_values; ++i) input_gradient[i] += p.input_part[i];
}

const std::vector<float>& Layer::backward_weights(const float* input, const float* preactivation_gradient) {
  Primitives& p = *primitives_;
  p.weight_gradient.resize(p.node.weight.size());
  p.product->backward_weights(input, preactivation_gradient, p.weight_gradient.data());
  return p.weight_gradient;
}

}  // namespace dpwa::floating
