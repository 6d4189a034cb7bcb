// SPDX-License-Identifier: Apache-2.0
#include "model/plan/plan_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <utility>

#include "model/base/error.h"

namespace dpwa::plan {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kFormat = "dpwa-plan-1";
constexpr int kLargest = 1 << 24;  // beyond all that is legal, and sums are far from overflow
constexpr int kMostLevels = 8;     // a plan has 5
constexpr std::string_view kGraphOrder = "graph";

constexpr std::pair<PortFormat, std::string_view> kPortFormats[] = {{PortFormat::u8, "u8"},
                                                                    {PortFormat::s8, "s8"},
                                                                    {PortFormat::s16, "s16"},
                                                                    {PortFormat::binary16, "binary16"}};
constexpr std::pair<Policy, std::string_view> kPolicies[] = {
    {Policy::range, "range"}, {Policy::static_, "static"}, {Policy::variance, "variance"}};

template <typename Enum, std::size_t N>
std::string name_of(const std::pair<Enum, std::string_view> (&names)[N], Enum value) {
  for (const auto& [candidate, name] : names) {
    if (candidate == value) return std::string(name);
  }
  throw fail(ExitCode::bad_input, "plan: enumeration value {} has no name", static_cast<int>(value));
}

int depth(const Json& value) {
  int deepest = 0;
  for (const Json& child : value) deepest = std::max(deepest, child.is_structured() ? depth(child) : 0);
  return deepest + 1;
}

/// Lists of plain values and small records on one line, everything else one entry per line.
void write(const Json& value, int indent, std::string& out) {
  if (!value.is_structured()) {
    out += value.dump();
    return;
  }
  const bool flat = depth(value) <= (value.is_object() ? 2 : 1);
  const std::string line = flat ? "" : "\n" + std::string(indent + 2, ' ');
  out += value.is_object() ? "{" : "[";
  bool first = true;
  for (const auto& [key, child] : value.items()) {
    if (!first) out += flat ? ", " : ",";
    first = false;
    out += line;
    if (value.is_object()) out += Json(key).dump() + ": ";
    write(child, indent + 2, out);
  }
  if (!flat) out += "\n" + std::string(indent, ' ');
  out += value.is_object() ? "}" : "]";
}

/// One JSON object that is read key by key: every key must be taken, and nothing else may be there.
class Reader {
 public:
  Reader(const Json& object, std::string place) : object_(object), place_(std::move(place)) {
    if (!object.is_object()) throw fail(ExitCode::bad_input, "{}: expected an object {{...}}", place_);
  }

  const Json& take(const std::string& key) {
    const auto found = object_.find(key);
    if (found == object_.end()) throw fail(ExitCode::bad_input, "{}: key '{}' is missing", place_, key);
    taken_.insert(key);
    return *found;
  }

  /// Keys that are written only where they say something.
  bool has(const std::string& key) const { return object_.contains(key); }

  int integer(const std::string& key) {
    const Json& value = take(key);
    // An unsigned value beyond int64 would compare as the negative number with the same bits.
    const bool fits = value.is_number_unsigned()
                          ? value.get<std::uint64_t>() <= kLargest
                          : value.is_number_integer() && value.get<std::int64_t>() >= -kLargest;
    if (!fits) throw wrong(key, fmt::format("an integer of -{0} to {0}", kLargest));
    return value.get<int>();
  }

  double number(const std::string& key) {
    if (!take(key).is_number()) throw wrong(key, "a number");
    return take(key).get<double>();
  }

  bool boolean(const std::string& key) {
    if (!take(key).is_boolean()) throw wrong(key, "true or false");
    return take(key).get<bool>();
  }

  std::string text(const std::string& key) {
    if (!take(key).is_string()) throw wrong(key, "a text");
    return take(key).get<std::string>();
  }

  const Json& list(const std::string& key) {
    if (!take(key).is_array()) throw wrong(key, "a list [...]");
    return take(key);
  }

  template <typename Enum, std::size_t N>
  Enum choice(const std::string& key, const std::pair<Enum, std::string_view> (&names)[N]) {
    const std::string given = text(key);
    std::string allowed;
    for (const auto& [value, name] : names) {
      if (given == name) return value;
      allowed += (allowed.empty() ? "" : ", ") + std::string(name);
    }
    throw wrong(key, "one of " + allowed);
  }

  /// Every key has been asked for.
  void finish() const {
    for (const auto& [key, value] : object_.items()) {
      if (taken_.count(key) == 0) throw fail(ExitCode::bad_input, "{}: unknown key '{}'", place_, key);
    }
  }

  Error wrong(const std::string& key, const std::string& expected) const {
    return fail(ExitCode::bad_input, "{}: '{}' must be {}, found {}", place_, key, expected,
                object_.at(key).dump().substr(0, 40));
  }
  const std::string& place() const { return place_; }

 private:
  const Json& object_;
  std::string place_;
  std::set<std::string> taken_;
};

/// Only what the policy knows.
Json record_to_json(const PcuRecord& pcu) {
  Json json = {{"policy", name_of(kPolicies, pcu.policy)},
               {"min_planes", pcu.min_planes},
               {"max_planes", pcu.max_planes}};
  if (pcu.policy != Policy::range) json["class"] = pcu.step_class;
  if (pcu.policy == Policy::variance) {
    json["top_class"] = pcu.top_class;
    json["coarser_above"] = pcu.coarser_above;
    json["finer_below"] = pcu.finer_below;
  }
  return json;
}

Json tensor_to_json(const std::string& name, const TensorPlan& tensor) {
  Json order = std::string(kGraphOrder);
  if (!std::is_sorted(tensor.order.begin(), tensor.order.end())) order = tensor.order;
  Json json = {{"name", name}, {"step_exponent", tensor.step_exponent}};
  if (tensor.alpha != 1) json["alpha"] = tensor.alpha;
  json["signed"] = tensor.is_signed;
  json["lower"] = tensor.lower;
  json["upper"] = tensor.upper;
  json["pcu"] = record_to_json(tensor.pcu);
  json["order"] = order;
  return json;
}

Json node_to_json(const std::string& name, const NodePlan& node) {
  Json channels = Json::array();
  for (std::size_t c = 0; c < node.scale.size(); ++c) {
    channels.push_back({{"planes", node.planes[c]}, {"scale", node.scale[c]}, {"bias", node.bias[c]}});
  }
  return {{"name", name}, {"pinned", node.pinned}, {"channels", channels}};
}

std::vector<int> read_order(Reader& reader, int channels) {
  std::vector<int> order;
  const Json& value = reader.take("order");
  if (value == kGraphOrder) {
    for (int c = 0; c < channels; ++c) order.push_back(c);
    return order;
  }
  const bool integers = value.is_array() && std::all_of(value.begin(), value.end(), [&](const Json& entry) {
                          return entry.is_number_integer() && entry >= 0 && entry < channels;
                        });
  if (!integers) {
    throw reader.wrong("order", fmt::format("\"graph\" or a list of channels 0 to {}", channels - 1));
  }
  return value.get<std::vector<int>>();
}

PcuRecord record_from_json(Reader reader) {
  PcuRecord pcu;
  pcu.policy = reader.choice("policy", kPolicies);
  pcu.min_planes = reader.integer("min_planes");
  pcu.max_planes = reader.integer("max_planes");
  if (pcu.policy != Policy::range) pcu.step_class = pcu.top_class = reader.integer("class");
  if (pcu.policy == Policy::variance) {
    pcu.top_class = reader.integer("top_class");
    pcu.coarser_above = reader.number("coarser_above");
    pcu.finer_below = reader.number("finer_below");
  }
  reader.finish();
  return pcu;
}

TensorPlan tensor_from_json(Reader& reader, int channels) {
  TensorPlan tensor;
  tensor.step_exponent = reader.integer("step_exponent");
  if (reader.has("alpha")) tensor.alpha = reader.number("alpha");
  tensor.is_signed = reader.boolean("signed");
  tensor.lower = reader.integer("lower");
  tensor.upper = reader.integer("upper");
  tensor.order = read_order(reader, channels);
  tensor.pcu = record_from_json(Reader(reader.take("pcu"), reader.place() + ", pcu"));
  return tensor;
}

NodePlan node_from_json(Reader& reader) {
  NodePlan node;
  node.pinned = reader.boolean("pinned");
  int index = 0;
  for (const Json& entry : reader.list("channels")) {
    Reader channel(entry, fmt::format("{}, channel {}", reader.place(), index++));
    node.planes.push_back(channel.integer("planes"));
    node.scale.push_back(channel.number("scale"));
    node.bias.push_back(channel.number("bias"));
    channel.finish();
  }
  return node;
}

/// Calls `read(reader, index)` for each entry of a list whose names must be `names`, in that order.
template <typename Read>
void read_named(const Json& list, const std::string& file, const std::string& kind,
                const std::vector<std::string>& names, Read read) {
  for (std::size_t i = 0; i < std::max(names.size(), list.size()); ++i) {
    if (i == list.size()) throw fail(ExitCode::bad_input, "{}: {} '{}' is missing", file, kind, names[i]);
    Reader reader(list[i], fmt::format("{}: {} {}", file, kind, i));
    const std::string found = reader.text("name");
    if (i == names.size()) {
      throw fail(ExitCode::bad_input, "{}: unknown {} '{}' after the last one of model.onnx", file, kind,
                 found);
    }
    if (found != names[i]) {
      throw fail(ExitCode::bad_input, "{}: {} {} must be '{}' as in model.onnx, found '{}'", file, kind, i,
                 names[i], found);
    }
    Reader named(list[i], fmt::format("{}: {} '{}'", file, kind, found));
    named.take("name");
    read(named, i);
    named.finish();
  }
}

Json parse(const std::string& text, const std::string& file) {
  // Copying and printing call themselves for every level.
  const auto within_depth = [&](int depth, Json::parse_event_t, Json&) {
    if (depth <= kMostLevels) return true;
    throw fail(ExitCode::bad_input, "{}: not a plan: lists and objects in more than {} levels", file,
               kMostLevels);
  };
  try {
    return Json::parse(text, within_depth);
  } catch (const Json::exception& error) {  // parse_error, and out_of_range for a number beyond double
    throw fail(ExitCode::bad_input, "{}: not JSON: {}", file, error.what());
  }
}

}  // namespace

std::string to_json(const net::Network& network, const Plan& plan) {
  Json json = {{"format", std::string(kFormat)},
               {"network", plan.network},
               {"model_hash", plan.model_hash},
               {"config", plan.config},
               {"config_values", plan.config_values}};
  if (plan.multiplier_bits != kMultiplierBits) json["multiplier_bits"] = plan.multiplier_bits;
  json["input"] = {{"format", name_of(kPortFormats, plan.input.format)},
                   {"word_scale", plan.input.word_scale},
                   {"word_offset", plan.input.word_offset}};
  if (plan.input.zero_point) json["input"]["zero_point"] = *plan.input.zero_point;
  json["tensors"] = Json::array();
  json["nodes"] = Json::array();
  for (std::size_t t = 0; t < plan.tensors.size(); ++t) {
    json["tensors"].push_back(tensor_to_json(network.tensors[t].name, plan.tensors[t]));
  }
  for (std::size_t n = 0; n < plan.nodes.size(); ++n) {
    json["nodes"].push_back(node_to_json(network.nodes[n].name, plan.nodes[n]));
  }
  std::string out;
  write(json, 0, out);
  return out + "\n";
}

Plan from_json(const std::string& text, const std::string& file, const net::Network& network) {
  const Json json = parse(text, file);
  Reader reader(json, file);
  if (const std::string format = reader.text("format"); format != kFormat) {
    throw fail(ExitCode::bad_input, "{}: format is '{}', this version reads '{}'", file, format, kFormat);
  }
  Plan plan;
  plan.network = reader.text("network");
  plan.model_hash = reader.text("model_hash");
  plan.config = reader.text("config");
  for (const Json& value : reader.list("config_values")) {
    if (!value.is_string()) throw reader.wrong("config_values", "a list of \"KEY=VALUE\"");
    plan.config_values.push_back(value.get<std::string>());
  }
  if (reader.has("multiplier_bits")) plan.multiplier_bits = reader.integer("multiplier_bits");
  Reader input(reader.take("input"), file + ": input");
  plan.input.format = input.choice("format", kPortFormats);
  plan.input.word_scale = input.number("word_scale");
  plan.input.word_offset = input.number("word_offset");
  if (input.has("zero_point")) plan.input.zero_point = input.integer("zero_point");
  input.finish();

  std::vector<std::string> names;
  for (const net::Tensor& tensor : network.tensors) names.push_back(tensor.name);
  read_named(reader.list("tensors"), file, "tensor", names, [&](Reader& entry, std::size_t t) {
    plan.tensors.push_back(tensor_from_json(entry, network.tensors[t].shape.c));
  });
  names.clear();
  for (const net::Node& node : network.nodes) names.push_back(node.name);
  read_named(reader.list("nodes"), file, "node", names,
             [&](Reader& entry, std::size_t) { plan.nodes.push_back(node_from_json(entry)); });
  reader.finish();
  return plan;
}

}  // namespace dpwa::plan
