// SPDX-License-Identifier: Apache-2.0
#include "gen/lower/supported.h"

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
    if (node.pool && config.premax != 0 && !net::is_monotone(node.activation)) {
      throw fail(ExitCode::bad_input,
                 "network {}: node {}: a max pool behind {}, which is not monotone, needs a configuration "
                 "that pools behind write-back; add it with --set PREMAX=0",
                 network.name, node.name, net::to_string(node.activation.function));
    }
    if (node.pool && net::has_pads(*node.pool)) {
      throw fail(
          ExitCode::bad_input,
          "network {}: node {}: the max pool has padding, which the hardware does not do; use a pool that "
          "covers the map without padding",
          network.name, node.name);
    }
  }
}

}  // namespace dpwa::lower
