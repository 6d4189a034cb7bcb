// SPDX-License-Identifier: Apache-2.0
//
// Files that are broken: one clear error, no crash, no memory for what is only claimed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "model/base/error.h"
#include "model/base/files.h"
#include "tests/onnx/small_model.h"

namespace dpwa::onnx {
namespace {

namespace fs = std::filesystem;
using ::onnx::TensorProto;
using ::testing::HasSubstr;

const fs::path kCnn = DPWA_SOURCE_DIR "/examples/fashion_mnist/fmnist_cnn.onnx";

/// The message of the error that reading this file gives; "" when it is read.
std::string error_of(const fs::path& path, ExitCode code = ExitCode::bad_input) {
  try {
    inspect_onnx(path);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  return "";
}

std::string error_of_bytes(const std::string& bytes) {
  const TemporaryModel file(bytes);
  return error_of(file.path());
}

/// x [1, 2] times w [2, 3], the weights without data yet.
SmallModel product() {
  SmallModel model({1, 2});
  model.constant("w", {2, 3}, {});
  model.node("MatMul", {"x", "w"}, "y");
  return model;
}

TensorProto& weights_of(SmallModel& model) { return *model.proto.mutable_graph()->mutable_initializer(0); }

void set_external(TensorProto& tensor, const std::vector<std::pair<std::string, std::string>>& fields) {
  tensor.set_data_location(TensorProto::EXTERNAL);
  tensor.clear_float_data();
  tensor.clear_external_data();
  for (const auto& [key, value] : fields) {
    auto* const entry = tensor.add_external_data();
    entry->set_key(key);
    entry->set_value(value);
  }
}

std::string bytes_of(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

TEST(ModelFile, MissingOrFolder) {
  EXPECT_NE(error_of("/nonexistent/model.onnx", ExitCode::io), "");
  const TemporaryModel file("");
  EXPECT_NE(error_of(file.folder(), ExitCode::io), "");
}

TEST(ModelFile, NotAModel) {
  EXPECT_THAT(error_of_bytes(""), HasSubstr("the file is empty"));
  EXPECT_THAT(error_of_bytes("#!/bin/sh\necho hello\n"), HasSubstr("not an ONNX model"));
  EXPECT_THAT(error_of_bytes(std::string(1000, '\0')), HasSubstr("not an ONNX model"));
  ::onnx::ModelProto empty;
  empty.set_ir_version(7);
  EXPECT_THAT(error_of_bytes(empty.SerializeAsString()), HasSubstr("no graph with nodes"));
}

TEST(ModelFile, TruncatedAnywhere) {
  const std::string bytes = read_file(kCnn);
  for (std::size_t size = 1; size < bytes.size(); size = size * 5 / 4 + 1) {
    EXPECT_NE(error_of_bytes(bytes.substr(0, size)), "") << size << " bytes were accepted";
  }
  EXPECT_THAT(error_of_bytes(bytes.substr(0, bytes.size() / 2)), HasSubstr("truncated"));
}

// Each damaged model is read, refused with reasons or an error; nothing crashes.
TEST(ModelFile, DamagedBytes) {
  const std::string good = read_file(kCnn);
  const std::uint32_t seed = 20;
  std::mt19937 random(seed);
  std::uniform_int_distribution<std::size_t> anywhere(0, good.size() - 1);
  std::uniform_int_distribution<std::size_t> early(0, 3000);  // the graph is at the front
  const TemporaryModel file("");
  for (int round = 0; round < 300; ++round) {
    std::string bytes = good;
    for (int i = 0; i < 3; ++i) {
      bytes[early(random)] = static_cast<char>(random());
      bytes[anywhere(random)] = static_cast<char>(random());
    }
    std::ofstream(file.path(), std::ios::binary) << bytes;
    try {
      inspect_onnx(file.path());
    } catch (const Error& error) {
      ASSERT_NE(std::string(error.what()), "") << "seed " << seed << " round " << round;
    }
  }
}

TEST(ModelFile, ATensorThatClaimsMoreThanItsBytes) {
  SmallModel model = product();
  TensorProto& weights = weights_of(model);
  weights.set_dims(0, 1 << 14);
  weights.set_dims(1, 1 << 14);  // 1 GiB
  weights.set_raw_data("0123456789ab");
  EXPECT_THAT(
      error_of_bytes(model.proto.SerializeAsString()),
      HasSubstr("tensor 'w': dimensions [16384, 16384] claim 268435456 float values of 4 bytes, found 12"));
  weights.clear_raw_data();
  EXPECT_THAT(error_of_bytes(model.proto.SerializeAsString()),
              HasSubstr("claim 268435456 float values, found 0"));
  weights.set_dims(0, std::int64_t{1} << 62);
  EXPECT_THAT(error_of_bytes(model.proto.SerializeAsString()), HasSubstr("negative or too large"));
  weights.set_dims(0, -2);
  EXPECT_THAT(error_of_bytes(model.proto.SerializeAsString()), HasSubstr("negative or too large"));
}

TEST(ModelFile, RawAndTypedDataAreTheSame) {
  SmallModel raw = product();
  weights_of(raw).set_raw_data(bytes_of(counting(6)));
  SmallModel typed = product();
  for (const float v : counting(6)) weights_of(typed).add_float_data(v);
  EXPECT_EQ(raw.import().nodes[0].weight, typed.import().nodes[0].weight);
}

class ExternalData : public ::testing::Test {
 protected:
  void SetUp() override { write_file(folder_.path() / "weights.bin", "12345678" + bytes_of(counting(6))); }
  fs::path path() const { return folder_.path() / "model.onnx"; }
  std::string error(const std::vector<std::pair<std::string, std::string>>& fields) {
    set_external(weights_of(model_), fields);
    write_file(path(), model_.proto.SerializeAsString());
    return error_of(path());
  }

  TemporaryDirectory folder_;
  SmallModel model_ = product();
};

TEST_F(ExternalData, IsReadAtItsOffset) {
  ASSERT_EQ(error({{"location", "weights.bin"}, {"offset", "8"}, {"length", "24"}}), "");
  EXPECT_EQ(import_onnx(path()).nodes[0].weight, (std::vector<float>{1, 4, 2, 5, 3, 6}));
  EXPECT_EQ(error({{"location", "weights.bin"}, {"offset", "8"}, {"checksum", "ab"}}), "");
}

TEST_F(ExternalData, MissingOrShort) {
  EXPECT_THAT(error({{"location", "none.bin"}}), HasSubstr("external data file 'none.bin' is missing"));
  EXPECT_THAT(error({{"location", "weights.bin"}, {"offset", "9"}}),
              HasSubstr("too short: 24 bytes needed at offset 9, it has 32"));
  EXPECT_THAT(error({{"location", "weights.bin"}, {"offset", "99999999999"}}), HasSubstr("too short"));
  EXPECT_THAT(error({{"location", "weights.bin"}, {"length", "20"}}),
              HasSubstr("need 24 bytes, length is 20"));
  EXPECT_THAT(error({}), HasSubstr("without a location"));
  EXPECT_THAT(error({{"location", "weights.bin"}, {"offset", "-8"}}),
              HasSubstr("offset = '-8' is not a byte count"));
  EXPECT_THAT(error({{"location", "weights.bin"}, {"compression", "x"}}),
              HasSubstr("unknown field 'compression'"));
}

TEST_F(ExternalData, StaysInTheModelsFolder) {
  EXPECT_THAT(error({{"location", "../weights.bin"}}), HasSubstr("outside the model's folder"));
  EXPECT_THAT(error({{"location", "/etc/passwd"}}), HasSubstr("outside the model's folder"));
  EXPECT_THAT(error({{"location", "a/../../weights.bin"}}), HasSubstr("outside the model's folder"));
  fs::create_symlink("/etc/passwd", folder_.path() / "link.bin");
  EXPECT_THAT(error({{"location", "link.bin"}}), HasSubstr("outside the model's folder"));
}

TEST_F(ExternalData, ClaimsAreComparedBeforeMemoryIsTaken) {
  weights_of(model_).set_dims(0, 1 << 14);
  weights_of(model_).set_dims(1, 1 << 14);
  EXPECT_THAT(error({{"location", "weights.bin"}}), HasSubstr("too short: 1073741824 bytes needed"));
  weights_of(model_).set_dims(0, 1 << 20);
  weights_of(model_).set_dims(1, 1 << 20);
  EXPECT_THAT(error({{"location", "weights.bin"}}), HasSubstr("at most 2 GiB"));
}

}  // namespace
}  // namespace dpwa::onnx
