// SPDX-License-Identifier: Apache-2.0
#include "gen/lower/supported.h"

#include "gen/lower/geometry.h"
#include "model/base/error.h"

namespace dpwa::lower {
namespace {

struct Need {
  const char* policy;
  bool there;
};

Need need(const plan::PcuRecord& record, const config::Policies& policies) {
  if (record.policy == plan::Policy::variance || record.has_classes()) return {"variance", policies.variance};
  if (record.policy == plan::Policy::static_) return {"static", policies.static_};
  return {"range", policies.range};
}

/// Whether the node is one product of all its input values, which lie in its kernel's order.
bool is_dense(const config::Config& config, const net::Network& network, const net::Node& node) {
  const net::Tensor& input = network.tensors[node.input];
  const net::Shape& output = network.tensors[node.output].shape;
  return output.h * output.w == 1 && !node.pool && net::covers(net::undilated(node.window), input.shape) &&
         (input.shape.h * input.shape.w == 1 || is_packed(input, config.products));
}

}  // namespace

void check_policies(const config::Config& config, const net::Network& network, const plan::Plan& plan) {
  for (std::size_t t = 0; t < network.tensors.size(); ++t) {
    const Need needed = need(plan.tensors[t].pcu, config.policies);
    if (needed.there) continue;
    throw fail(ExitCode::bad_input,
               "network {}: tensor {} needs PCU policy '{}', configuration {} has POLICIES = {}; add it with "
               "--set POLICIES=...",
               network.name, network.tensors[t].name, needed.policy, config.name,
               config::policy_names(config.policies));
  }
}

void check_supported(const config::Config& config, const net::Network& network) {
  for (const net::Node& node : network.nodes) {
    if (!config.convolves() && !is_dense(config, network, node)) {
      throw fail(ExitCode::bad_input,
                 "network {}: node {}: not a dense layer of a vector, and configuration {} has CONV = 0; use "
                 "--set CONV=1",
                 network.name, node.name, config.name);
    }
    if (node.pool && config.premax != 0 && !net::is_monotone(node.activation)) {
      throw fail(ExitCode::bad_input,
                 "network {}: node {}: a max pool behind {}, which is not monotone, needs a configuration "
                 "that pools behind write-back; add it with --set PREMAX=0",
                 network.name, node.name, net::to_string(node.activation.function));
    }
    if (node.pool && net::has_pads(*node.pool) && !config.pads_pools()) {
      throw fail(ExitCode::bad_input,
                 "network {}: node {}: a max pool with padding, and configuration {} has POOL_PADS = 0; use "
                 "--set POOL_PADS=1",
                 network.name, node.name, config.name);
    }
  }
}

}  // namespace dpwa::lower
