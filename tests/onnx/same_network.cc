// SPDX-License-Identifier: Apache-2.0
#include "tests/onnx/same_network.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "calib/onnx/export.h"

namespace dpwa::onnx {
namespace {

template <typename T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

bool same_window(const net::Window& a, const net::Window& b) {
  return a.kh == b.kh && a.kw == b.kw && a.stride_y == b.stride_y && a.stride_x == b.stride_x &&
         a.pad_top == b.pad_top && a.pad_left == b.pad_left && a.pad_bottom == b.pad_bottom &&
         a.pad_right == b.pad_right && a.dilation_y == b.dilation_y && a.dilation_x == b.dilation_x;
}

bool same_pool(const std::optional<net::Window>& a, const std::optional<net::Window>& b) {
  return a.has_value() == b.has_value() && (!a || same_window(*a, *b));
}

/// Calls visit(y, x, ky, kx) for each window position inside a map of this shape.
template <typename Visit>
void inside(const net::Window& w, const net::Shape& map, int oy, int ox, Visit visit) {
  for (int ky = 0; ky < w.kh; ++ky) {
    for (int kx = 0; kx < w.kw; ++kx) {
      const int y = oy * w.stride_y - w.pad_top + ky * w.dilation_y;
      const int x = ox * w.stride_x - w.pad_left + kx * w.dilation_x;
      if (y >= 0 && y < map.h && x >= 0 && x < map.w) visit(y, x, ky, kx);
    }
  }
}

std::vector<float> convolve(const net::Node& node, const net::Shape& in, const std::vector<float>& x,
                            const std::vector<float>& joined) {
  std::vector<float> out;
  const net::Window& w = node.window;
  const int channels = in.c / node.groups, outputs = node.out_channels / node.groups;
  for (int oy = 0; oy < node.conv_shape.h; ++oy) {
    for (int ox = 0; ox < node.conv_shape.w; ++ox) {
      for (int oc = 0; oc < node.out_channels; ++oc) {
        double sum = node.bias[oc];
        if (node.residual >= 0) sum += joined[out.size()];
        inside(w, in, oy, ox, [&](int iy, int ix, int ky, int kx) {
          for (int c = 0; c < channels; ++c) {
            sum += static_cast<double>(x[(iy * in.w + ix) * in.c + oc / outputs * channels + c]) *
                   node.weight[((oc * w.kh + ky) * w.kw + kx) * channels + c];
          }
        });
        if (node.factor >= 0) sum *= joined[out.size()];
        const auto y = static_cast<float>(net::value(node.activation, sum));
        out.push_back(std::clamp(y, node.lower, node.upper));
      }
    }
  }
  return out;
}

std::vector<float> pooled(const net::Window& w, const net::Shape& in, const net::Shape& shape,
                          const std::vector<float>& x) {
  std::vector<float> out(shape.size(), -std::numeric_limits<float>::infinity());
  for (int oy = 0; oy < shape.h; ++oy) {
    for (int ox = 0; ox < shape.w; ++ox) {
      inside(w, in, oy, ox, [&](int iy, int ix, int, int) {
        for (int c = 0; c < in.c; ++c) {
          float& y = out[(oy * shape.w + ox) * shape.c + c];
          y = std::max(y, x[(iy * in.w + ix) * in.c + c]);
        }
      });
    }
  }
  return out;
}

bool same_input(const net::Input& a, const net::Input& b) { return a.name == b.name && a.dims == b.dims; }

bool same_output(const net::Output& a, const net::Output& b) {
  return a.name == b.name && a.dims == b.dims && a.first == b.first && a.softmax == b.softmax;
}

}  // namespace

std::vector<std::string> differences(const net::Network& a, const net::Network& b) {
  std::vector<std::string> found;
  const auto expect = [&](bool same, const std::string& what) {
    if (!same) found.push_back(what);
  };
  expect(a.name == b.name, "name");
  expect(a.input_order == b.input_order && a.output_order == b.output_order, "order of the host");
  expect(std::equal(a.inputs.begin(), a.inputs.end(), b.inputs.begin(), b.inputs.end(), same_input),
         "inputs");
  expect(std::equal(a.outputs.begin(), a.outputs.end(), b.outputs.begin(), b.outputs.end(), same_output),
         "outputs");
  expect(same_bits(a.input_affine.scale, b.input_affine.scale), "input scale");
  expect(same_bits(a.input_affine.offset, b.input_affine.offset), "input offset");
  expect(a.output == b.output, "output");
  expect(a.tensors.size() == b.tensors.size() && a.nodes.size() == b.nodes.size(), "counts");
  if (!found.empty()) return found;
  for (std::size_t i = 0; i < a.tensors.size(); ++i) {
    const net::Tensor &p = a.tensors[i], &q = b.tensors[i];
    expect(p.name == q.name, "tensor name " + p.name + " " + q.name);
    expect(p.shape == q.shape, "shape of " + p.name);
    expect(p.producer == q.producer && p.consumers == q.consumers && p.adders == q.adders,
           "links of " + p.name);
    expect(p.grid == q.grid, "grid of " + p.name);
  }
  for (std::size_t i = 0; i < a.nodes.size(); ++i) {
    const net::Node &p = a.nodes[i], &q = b.nodes[i];
    expect(p.name == q.name && p.onnx_operator == q.onnx_operator, "name of node " + p.name);
    expect(p.input == q.input && p.residual == q.residual && p.factor == q.factor && p.output == q.output &&
               p.out_channels == q.out_channels && p.groups == q.groups,
           "links of " + p.name);
    expect(same_window(p.window, q.window) && same_pool(p.pool, q.pool), "windows of " + p.name);
    expect(p.conv_shape == q.conv_shape, "conv_shape of " + p.name);
    expect(same_bits(p.weight, q.weight), "weights of " + p.name);
    expect(same_bits(p.bias, q.bias), "bias of " + p.name);
    expect(same_bits(p.weight_step, q.weight_step), "weight steps of " + p.name);
    expect(p.activation == q.activation, "activation of " + p.name);
    expect(same_bits<float>({p.lower, p.upper}, {q.lower, q.upper}), "limits of " + p.name);
  }
  return found;
}

std::vector<float> evaluate(const net::Network& network, const std::vector<float>& sample) {
  const net::Shape& shape = network.tensors[0].shape;
  std::vector<std::vector<float>> values(network.tensors.size());
  values[0] = net::to_channel_last(net::input_sample(network, sample.data()).data(), shape);
  for (std::size_t i = 0; i < values[0].size(); ++i) {
    const std::size_t c = i % shape.c;
    values[0][i] =
        static_cast<float>(values[0][i] * network.input_affine.scale[c] + network.input_affine.offset[c]);
  }
  for (const net::Node& node : network.nodes) {
    std::vector<float>& out = values[node.output];
    out = convolve(node, network.tensors[node.input].shape, values[node.input],
                   values[std::max({node.residual, node.factor, 0})]);
    if (node.pool) out = pooled(*node.pool, node.conv_shape, network.tensors[node.output].shape, out);
  }
  return net::output_sample(network, values[network.output].data());
}

net::Network network_of(const SmallModel& model) {
  const net::Network network = model.import();
  if (network.nodes.empty()) return network;  // refused, which the test knows by now
  const TemporaryModel exported(export_onnx(network));
  const Inspection again = inspect_onnx(exported.path());
  for (const Reason& reason : again.reasons) ADD_FAILURE() << to_string(reason);
  EXPECT_THAT(differences(network, again.network), testing::IsEmpty());
  return network;
}

}  // namespace dpwa::onnx
