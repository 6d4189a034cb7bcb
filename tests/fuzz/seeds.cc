// SPDX-License-Identifier: Apache-2.0
//
// usage: fuzz_seeds FOLDER        writes real small files for every target: FOLDER/<target>/<name>
#include <zlib.h>

#include <cstdio>
#include <map>

#include "calib/data/array.h"
#include "fpga/host/board.h"
#include "model/base/files.h"
#include "model/config/config.h"
#include "tb/common/dump_format.h"
#include "tests/base/temporary_directory.h"
#include "tests/onnx/small_model.h"
#include "tests/plan/small_plan.h"

namespace dpwa::fuzz {
namespace {

namespace fs = std::filesystem;
using Files = std::map<std::string, std::string>;  ///< "<target>/<name>" -> bytes

std::string gzipped(const std::string& bytes) {
  const TemporaryDirectory folder;
  const fs::path file = folder.path() / "bytes.gz";
  gzFile gz = gzopen(file.c_str(), "wb");
  gzwrite(gz, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(gz);
  return read_file(file);
}

void add_arrays(Files& files) {
  const TemporaryDirectory folder;
  const fs::path file = folder.path() / "array.npy";
  data::write_npy(file, {2, 1, 2, 2}, std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7});
  files["array/float.npy"] = read_file(file);
  data::write_npy(file, {4}, std::vector<std::int32_t>{3, 1, 4, 1});
  files["array/labels.npy"] = read_file(file);
  using namespace std::string_literals;
  files["array/images.idx"] = "\0\0\x08\x03\0\0\0\x02\0\0\0\x02\0\0\0\x02\x01\x02\x03\x04\x05\x06\x07\x08"s;
  for (const char* name : {"float.npy", "labels.npy", "images.idx"}) {
    const std::string key = std::string("array/") + name;
    files[key + ".gz"] = gzipped(files[key]);
  }
}

void add_plan(Files& files) {
  plan::SmallPlan small = plan::small_plan();
  small.plan.model_hash = content_hash("");  // of the empty model.onnx in plan_directory.h
  for (int variant = 0; variant < 2; ++variant) {
    const auto parts = plan::files(small.network, small.plan);
    files["plan/small" + std::to_string(variant)] = parts.at("plan.json");
    files["weights/small"] = parts.at("weights/conv.npy");
    small.plan.tensors[1].pcu = {plan::Policy::variance, 0, 2, 0, 1, 100, 10};
    small.plan.tensors[2].pcu = {plan::Policy::static_, 2, 2};
    small.plan.input = {plan::PortFormat::binary16, 1, 0};
  }
}

void add_configs(Files& files) {
  for (const std::string& name : config::preset_names()) {
    files["config/" + name] = config::to_toml(config::load(name));
  }
}

/// As many records as one image of the small plan needs, and stored values before them.
void add_dump(Files& files) {
  using dump::Kind;
  std::string bytes;
  const auto put = [&](Kind kind, std::initializer_list<std::uint32_t> payload) {
    std::vector<std::uint32_t> words = {static_cast<std::uint32_t>(kind), 100};
    words.insert(words.end(), payload);
    bytes.append(reinterpret_cast<const char*>(words.data()), 4 * words.size());
  };
  put(Kind::tile, {0, 1});
  put(Kind::word, {0, 0xffff, 0x33333333, 0x33333333});
  put(Kind::run, {});
  put(Kind::node, {});
  put(Kind::node, {});
  put(Kind::weights, {0, 0});
  put(Kind::done, {20});
  put(Kind::weights, {0, 0});
  put(Kind::output, {7, 0});
  put(Kind::output, {8, 1});
  put(Kind::end, {200, 50});
  for (int i = 0; i < 3 * dump::kCounters; ++i) put(Kind::counter, {1});
  files["dump/image"] = bytes;
}

/// What a board says that takes an image and answers one input: the requests of board_fuzz.cc in their order.
void add_answers(Files& files) {
  std::string bytes;
  const auto answer = [&](const std::string& payload) {  // behind a status of 0
    bytes += static_cast<char>(payload.size() + 1);
    bytes += '\0' + payload;
  };
  const auto word = [&](std::uint32_t value) { answer(host::little_endian(value)); };
  const std::uint32_t image_valid = 1, image_id = 0x11111111;
  for (const std::uint32_t value : {0x44505741U, 0x00020000U}) word(value);
  word(config::config_hash(config::load("sim-4", {"HOST_PORT=uart"})));
  for (int i = 0; i < 3; ++i) word(0);
  for (const char* const taken : {"\x3e", "\x08"}) answer(taken);
  word(image_valid);
  for (int i = 0; i < 2; ++i) answer("");
  answer("\x09");
  answer(std::string(1 + 4 * 62, '\0'));
  answer('\1' + std::string(4 * 8, '\2'));
  for (int i = 0; i < 2; ++i) word(100);
  for (int i = 0; i < 2 * host::kCounters; ++i) {
    answer("");
    word(1);
  }
  word(image_valid);
  word(image_id);
  files["board/whole"] = bytes;
}

void add_model(Files& files, const std::string& name, const onnx::SmallModel& model) {
  files["onnx/" + name] = model.proto.SerializeAsString();
}

void add_models(Files& files) {
  files["onnx/mobilenet"] = read_file(DPWA_SOURCE_DIR "/examples/fashion_mnist/fmnist_mobilenet.onnx");
  using onnx::counting;
  using onnx::SmallModel;
  SmallModel dense({1, 4});
  dense.constant("w", {4, 3}, counting(12));
  dense.constant("b", {3}, counting(3));
  onnx::set_float(dense.node("Gemm", {"x", "w", "b"}, "a"), "alpha", 0.5);
  dense.node("LeakyRelu", {"a"}, "r");
  dense.node("Softmax", {"r"}, "y");
  add_model(files, "dense", dense);

  SmallModel maps({1, 2, 6, 6});
  maps.constant("w", {4, 1, 3, 3}, counting(36));
  auto& conv = maps.node("Conv", {"x", "w"}, "a");
  onnx::set_integer(conv, "group", 2);
  onnx::set_integers(conv, "pads", {1, 1, 1, 1});
  for (const char* name : {"scale", "bias", "mean", "var"}) maps.constant(name, {4}, counting(4));
  maps.node("BatchNormalization", {"a", "scale", "bias", "mean", "var"}, "n");
  maps.node("Relu", {"n"}, "r");
  auto& pool = maps.node("MaxPool", {"r"}, "p");
  onnx::set_integers(pool, "kernel_shape", {2, 2});
  onnx::set_integers(pool, "strides", {2, 2});
  maps.node("GlobalAveragePool", {"p"}, "g");
  maps.node("Flatten", {"g"}, "y");
  add_model(files, "maps", maps);

  SmallModel moved({1, 4, 2, 2});
  onnx::set_integers(moved.node("Transpose", {"x"}, "t"), "perm", {0, 2, 3, 1});
  for (const auto& [name, value] : std::map<std::string, std::int64_t>{{"s", 0}, {"e", 1}, {"axis", 1}}) {
    moved.indices(name, {value});
  }
  moved.node("Slice", {"t", "s", "e", "axis"}, "u");
  moved.indices("picked", {1, 0});
  onnx::set_integer(moved.node("Gather", {"u", "picked"}, "v"), "axis", 2);
  moved.indices("shape", {1, -1});
  moved.node("Reshape", {"v", "shape"}, "f");
  moved.constant("w", {8, 4}, counting(32));
  moved.node("MatMul", {"f", "w"}, "m");
  onnx::set_integer(moved.node("Concat", {"m", "f"}, "y"), "axis", 1);
  add_model(files, "moved", moved);

  SmallModel grown({1, 1, 3, 3});
  grown.constant("w", {1, 4, 2, 2}, counting(16));
  onnx::set_integers(grown.node("ConvTranspose", {"x", "w"}, "a"), "strides", {2, 2});
  onnx::set_integer(grown.node("DepthToSpace", {"a"}, "d"), "blocksize", 2);
  grown.indices("pads", {0, 0, 1, 1, 0, 0, 1, 1});
  grown.node("Pad", {"d", "pads"}, "p");
  grown.constant("scales", {4}, {1, 1, 2, 2});
  grown.node("Resize", {"p", "", "scales"}, "r");
  grown.indices("repeats", {1, 2, 1, 1});
  grown.node("Tile", {"r", "repeats"}, "y");
  add_model(files, "grown", grown);

  SmallModel joined({1, 4});
  joined.constant("w", {4, 4}, counting(16));
  joined.node("MatMul", {"x", "w"}, "a");
  joined.node("Tanh", {"a"}, "b");
  joined.node("Add", {"a", "b"}, "c");
  joined.constant("k", {4}, counting(4));
  joined.node("Mul", {"c", "k"}, "d");
  joined.node("Max", {"d", "k"}, "e");
  onnx::set_integers(joined.node("ReduceMean", {"e"}, "y"), "axes", {1});
  add_model(files, "joined", joined);
  auto* const tensor = joined.proto.mutable_graph()->mutable_initializer(0);
  tensor->clear_float_data();
  tensor->set_data_location(::onnx::TensorProto::EXTERNAL);
  auto* const entry = tensor->add_external_data();
  entry->set_key("location");
  entry->set_value("values.bin");
  add_model(files, "external", joined);
}

}  // namespace
}  // namespace dpwa::fuzz

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
    return 2;
  }
  dpwa::fuzz::Files files = {
      {"manifest/sim-4",
       fmt::format("{{\"config_hash\": \"{:08x}\", \"files\": {{\"images/image.bin\": \"0\"}}}}",
                   dpwa::config::config_hash(dpwa::config::load("sim-4")))},
      {"liberty/two", "library (l) {\n cell (A) { area : 1.5; }\n cell (\"B\") { area : 2; }\n}\n"}};
  dpwa::fuzz::add_arrays(files);
  dpwa::fuzz::add_plan(files);
  dpwa::fuzz::add_configs(files);
  dpwa::fuzz::add_dump(files);
  dpwa::fuzz::add_answers(files);
  dpwa::fuzz::add_models(files);
  for (const auto& [name, bytes] : files) {
    const auto file = std::filesystem::path(argv[1]) / name;
    std::filesystem::create_directories(file.parent_path());
    dpwa::write_file(file, bytes);
  }
  return 0;
}
