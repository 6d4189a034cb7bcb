// SPDX-License-Identifier: Apache-2.0
#include "cli/design.h"

#include <nlohmann/json.hpp>
#include <string>

#include "gen/lower/packets.h"
#include "model/base/error.h"
#include "model/base/files.h"

namespace dpwa::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// A text of manifest.json, by its JSON pointer.
std::string manifest_text(const fs::path& out, const std::string& pointer) {
  const json manifest = json::parse(read_file(out / "manifest.json"), nullptr, false);
  const json::json_pointer place(pointer);
  if (manifest.is_discarded() || !manifest.contains(place) || !manifest.at(place).is_string()) {
    throw fail(ExitCode::bad_input, "{}: no text {}; generate the design again",
               (out / "manifest.json").string(), pointer);
  }
  return manifest.at(place).get<std::string>();
}

}  // namespace

config::Config design_config(const fs::path& out) {
  for (const char* name : {"config.toml", "manifest.json"}) {
    if (fs::exists(out / name)) continue;
    throw fail(ExitCode::bad_input, "{}: not a generated design (no {}); make one with dpwa generate",
               out.string(), name);
  }
  const config::Config config = config::load((out / "config.toml").string());
  const std::string found = fmt::format("{:08x}", config::config_hash(config));
  const std::string generated = manifest_text(out, "/config_hash");
  if (found != generated) {
    throw fail(
        ExitCode::bad_input,
        "{}: this version of dpwa gives the configuration the hash {}, but the design was generated with {} "
        "(edited, or by another version); generate it again",
        (out / "config.toml").string(), found, generated);
  }
  return config;
}

void require_serial_line(const fs::path& out, const config::Config& config) {
  if (config.host_port == config::HostPort::uart) return;
  throw fail(ExitCode::bad_input, "{}: a design without a serial line; generate it with --set HOST_PORT=uart",
             out.string());
}

fs::path plan_directory(const fs::path& out, const fs::path& plan) {
  const fs::path directory = plan.empty() ? out / "plan" : plan;
  if (!fs::exists(directory / "plan.json")) {
    throw fail(ExitCode::bad_input, "{}: no plan.json; generate with a plan, or simulate with --plan PLANDIR",
               directory.string());
  }
  return directory;
}

std::string generated_file(const fs::path& out, const std::string& name) {
  const fs::path file = out / name;
  if (!fs::exists(file)) {
    throw fail(ExitCode::bad_input, "{}: missing; generate the design again", file.string());
  }
  std::string image = read_file(file);
  const std::string found = content_hash(image);
  const std::string generated =
      manifest_text(out, (nlohmann::json::json_pointer("/files") / name).to_string());
  if (found != generated) {
    throw fail(ExitCode::bad_input,
               "{}: damaged or exchanged: content {}, generated was {}; generate the design again",
               file.string(), found, generated);
  }
  return image;
}

lower::Image checked_image(const fs::path& out, const config::Config& config, const net::Network& network,
                           const plan::Plan& plan) {
  const std::string image = generated_file(out, "images/image.bin");
  lower::Image lowered = lower::lower(config, network, plan);
  if (image != lower::to_bytes(lowered.words)) {
    throw fail(ExitCode::bad_input,
               "{}: not the image of {} (edited?); generate the design again, or give --plan PLANDIR",
               (out / "images" / "image.bin").string(), (out / "plan").string());
  }
  return lowered;
}

}  // namespace dpwa::cli
