// SPDX-License-Identifier: Apache-2.0
#include "model/base/error.h"
#include "model/base/files.h"
#include "model/plan/plan.h"
#include "model/plan/plan_json.h"
#include "model/plan/weights_file.h"

namespace dpwa::plan {
namespace fs = std::filesystem;
namespace {

constexpr const char* kPlanFile = "plan.json";
constexpr const char* kModelFile = "model.onnx";
constexpr const char* kWeightsFolder = "weights";

void read_all_weights(const fs::path& plan_dir, const net::Network& network, Plan& plan) {
  for (int n = 0; n < static_cast<int>(network.nodes.size()); ++n) {
    const fs::path file = plan_dir / kWeightsFolder / weights_file_name(network, n);
    plan.nodes[n].q = read_weights(file, weight_shape(network, n));
  }
}

}  // namespace

Plan load(const fs::path& plan_dir, const net::Network& network) {
  const std::string file = (plan_dir / kPlanFile).string();
  if (!fs::exists(plan_dir / kPlanFile)) {
    throw fail(ExitCode::bad_input, "{}: not a plan directory (no {}); make one with dpwa calibrate",
               plan_dir.string(), kPlanFile);
  }
  Plan plan = from_json(read_file(plan_dir / kPlanFile), file, network);
  const std::string hash = content_hash(read_file(plan_dir / kModelFile));
  if (hash != plan.model_hash) {
    throw fail(ExitCode::bad_input,
               "{}: made for another {}: model_hash is {}, the file's is {}; calibrate again", file,
               kModelFile, plan.model_hash, hash);
  }
  read_all_weights(plan_dir, network, plan);

  const std::vector<std::string> illegal = check(network, plan);
  if (!illegal.empty()) {
    throw fail(ExitCode::bad_input, "{}: illegal plan: {}", file, fmt::join(illegal, "; "));
  }
  return plan;
}

std::map<std::string, std::string> files(const net::Network& network, const Plan& plan) {
  std::map<std::string, std::string> result;
  for (int n = 0; n < static_cast<int>(network.nodes.size()); ++n) {
    result[std::string(kWeightsFolder) + "/" + weights_file_name(network, n)] =
        weights_bytes(weight_shape(network, n), plan.nodes[n].q);
  }
  result[kPlanFile] = to_json(network, plan);
  return result;
}

void save(const fs::path& plan_dir, const net::Network& network, const Plan& plan) {
  std::error_code error;
  fs::create_directory(plan_dir / kWeightsFolder, error);
  if (error) {
    throw fail(ExitCode::io, "{}: cannot create: {}", (plan_dir / kWeightsFolder).string(), error.message());
  }
  for (const auto& [name, bytes] : files(network, plan)) write_file(plan_dir / name, bytes);
}

}  // namespace dpwa::plan
