// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>

#include "model/base/error.h"
#include "model/base/files.h"
#include "tests/base/temporary_directory.h"
#include "tests/plan/small_plan.h"

namespace dpwa::plan {
namespace fs = std::filesystem;
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// A saved plan directory, removed at the end.
class PlanDirectory : public testing::Test {
 protected:
  void SetUp() override {
    write_file(directory_ / "model.onnx", "the bytes of a model");
    small_.plan.model_hash = content_hash("the bytes of a model");
    save(directory_, small_.network, small_.plan);
  }
  std::string text() const { return read_file(directory_ / "plan.json"); }

  /// Replaces the only occurrence of `from` in plan.json.
  void edit(const std::string& from, const std::string& to) {
    std::string json = text();
    const std::size_t at = json.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    ASSERT_EQ(json.find(from, at + 1), std::string::npos) << from << " occurs twice";
    write_file(directory_ / "plan.json", json.replace(at, from.size(), to));
  }

  std::string refusal(ExitCode code = ExitCode::bad_input) const {
    try {
      load(directory_, small_.network);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code);
      EXPECT_THAT(error.what(), Not(HasSubstr("\n")));
      return error.what();
    }
    ADD_FAILURE() << "the plan was accepted";
    return "";
  }

  SmallPlan small_ = small_plan();
  const TemporaryDirectory temporary_;
  const fs::path directory_ = temporary_.path();
};

TEST_F(PlanDirectory, LoadGivesBackWhatSaveWrote) {
  small_.plan.nodes[0].scale[0] = 0.1;
  small_.plan.nodes[0].bias[0] = -1.0 / 3;
  small_.plan.nodes[1].pinned = true;
  small_.plan.nodes[1].planes[0] = 4;
  small_.plan.nodes[1].q[0] = -32768;
  small_.plan.tensors[1].pcu = {Policy::variance, 0, 2, 1, 1, 12.5, 0.01};
  small_.plan.tensors[2].pcu = {Policy::static_, 2, 2};
  small_.plan.input = {PortFormat::s16, 1.0 / 32767, 0.25};
  small_.plan.config_values = {"NAME=mine", "LANES=2"};
  save(directory_, small_.network, small_.plan);
  const Plan loaded = load(directory_, small_.network);
  EXPECT_EQ(loaded.network, "small");
  EXPECT_EQ(loaded.config, "sim-4");
  EXPECT_EQ(loaded.config_values, small_.plan.config_values);
  EXPECT_EQ(loaded.input.format, PortFormat::s16);
  EXPECT_EQ(loaded.input.word_scale, 1.0 / 32767);
  EXPECT_EQ(loaded.nodes[0].scale, small_.plan.nodes[0].scale);
  EXPECT_EQ(loaded.nodes[0].bias, small_.plan.nodes[0].bias);
  EXPECT_EQ(loaded.nodes[1].q, small_.plan.nodes[1].q);
  EXPECT_EQ(loaded.nodes[1].planes, small_.plan.nodes[1].planes);
  EXPECT_TRUE(loaded.nodes[1].pinned);
  EXPECT_EQ(loaded.tensors[1].order, small_.plan.tensors[1].order);
  EXPECT_EQ(loaded.tensors[2].pcu.policy, Policy::static_);
  EXPECT_EQ(loaded.tensors[2].lower, -128);
  const PcuRecord& variance = loaded.tensors[1].pcu;
  EXPECT_EQ(variance.policy, Policy::variance);
  EXPECT_EQ(variance.step_class, 1);
  EXPECT_EQ(variance.top_class, 1);
  EXPECT_EQ(variance.coarser_above, 12.5);
  EXPECT_EQ(variance.finer_below, 0.01);

  const std::string before = text();
  save(directory_, small_.network, loaded);
  EXPECT_EQ(text(), before) << "same plan, same bytes";
}

TEST_F(PlanDirectory, TheTextHasOneLinePerTensorAndChannel) {
  EXPECT_THAT(
      text(),
      HasSubstr("\n    {\"name\": \"hidden\", \"step_exponent\": -4, \"signed\": false, \"lower\": 0, "
                "\"upper\": 255, \"pcu\": {\"policy\": \"range\", \"min_planes\": 0, "
                "\"max_planes\": 2}, \"order\": [2, 0, 1]},\n"));
  EXPECT_THAT(text(), HasSubstr("\n        {\"planes\": 1, \"scale\": 0.125, \"bias\": 0.25},\n"));
}

TEST_F(PlanDirectory, WeightsAreReadableByNumPy) {
  const std::string bytes = read_file(directory_ / "weights" / "_fc_Gemm.npy");
  EXPECT_EQ(bytes.substr(0, 8), std::string("\x93NUMPY\x01\x00", 8));
  EXPECT_EQ(bytes.size() % 64, (2u * 54) % 64);
  EXPECT_THAT(bytes, HasSubstr("{'descr': '<i2', 'fortran_order': False, 'shape': (2, 3, 3, 3), }"));
}

TEST_F(PlanDirectory, NodesOfOneNameDoNotShareAFile) {
  small_.network.nodes[1].name = "conv";
  save(directory_, small_.network, small_.plan);
  EXPECT_EQ(load(directory_, small_.network).nodes[1].q, small_.plan.nodes[1].q);
}

TEST_F(PlanDirectory, AHandEditedPlanWorks) {
  edit("\"name\": \"hidden\", \"step_exponent\": -4", "\"name\": \"hidden\", \"step_exponent\": -5");
  edit("\"upper\": 127", "\"upper\": 100");
  std::string json = text();
  for (std::size_t at = 0; (at = json.find("\"planes\": 1", at)) != std::string::npos;) json[at + 10] = '3';
  write_file(directory_ / "plan.json", json);
  const Plan plan = load(directory_, small_.network);
  EXPECT_EQ(plan.tensors[1].step_exponent, -5);
  EXPECT_EQ(plan.tensors[2].upper, 100);
  EXPECT_EQ(plan.nodes[0].planes, (std::vector<int>{3, 3, 3}));
}

TEST_F(PlanDirectory, RefusesAnIllegalPlanWithAllReasonsInOneLine) {
  edit("\"upper\": 127", "\"upper\": -3");
  edit("\"lower\": -128", "\"lower\": 1");
  EXPECT_THAT(refusal(), AllOf(HasSubstr("plan.json"), HasSubstr("lower < 0"), HasSubstr("upper is -3")));
}

TEST_F(PlanDirectory, RefusesAnotherModel) {
  write_file(directory_ / "model.onnx", "other bytes");
  EXPECT_THAT(refusal(), AllOf(HasSubstr("model_hash"), HasSubstr(content_hash("other bytes"))));
}

TEST_F(PlanDirectory, RefusesAMissingNode) {
  const std::string json = text();
  const std::size_t at = json.find("    {\n      \"name\": \"conv\"");
  const std::size_t end = json.find("    {\n      \"name\": \"/fc/Gemm\"");
  ASSERT_NE(at, std::string::npos);
  ASSERT_NE(end, std::string::npos);
  write_file(directory_ / "plan.json", json.substr(0, at) + json.substr(end));
  EXPECT_THAT(refusal(), AllOf(HasSubstr("'conv'"), HasSubstr("found '/fc/Gemm'")));
}

TEST_F(PlanDirectory, RefusesAMissingLastTensor) {
  const std::string json = text();
  const std::size_t at = json.find(",\n    {\"name\": \"logits\"");
  ASSERT_NE(at, std::string::npos);
  write_file(directory_ / "plan.json", json.substr(0, at) + json.substr(json.find("\n  ],\n  \"nodes\"")));
  EXPECT_THAT(refusal(), HasSubstr("tensor 'logits' is missing"));
}

/// One edit of the text and what the refusal must say.
struct Edit {
  std::string name, from, to;
  std::vector<std::string> words;
};
void PrintTo(const Edit& edit, std::ostream* out) { *out << edit.name; }
class PlanTextRefused : public PlanDirectory, public testing::WithParamInterface<Edit> {};
TEST_P(PlanTextRefused, WithThePlaceAndTheReason) {
  edit(GetParam().from, GetParam().to);
  const std::string line = refusal();
  for (const std::string& word : GetParam().words) EXPECT_THAT(line, HasSubstr(word));
}
const Edit kEdits[] = {
    {"unknown_key",
     "\"pinned\": false,\n      \"channels\": [\n        {\"planes\": 1, \"scale\": 0.125, \"bias\": "
     "0.25},\n        {\"planes\": 1, \"scale\": 0.125, \"bias\": 0.25},\n        {",
     "\"pinned\": false,\n      \"channels\": [\n        {\"planes\": 1, \"scale\": 0.125, \"bias\": "
     "0.25},\n        {\"planes\": 1, \"scale\": 0.125, \"bias\": 0.25},\n        {\"width\": 1, ",
     {"node 'conv', channel 2", "unknown key 'width'"}},
    {"missing_key", "\"step_exponent\": -4, ", "", {"tensor 'hidden'", "'step_exponent' is missing"}},
    {"fraction_for_integer",
     "\"step_exponent\": -4",
     "\"step_exponent\": -4.5",
     {"'hidden'", "integer", "-4.5"}},
    {"too_large_integer", "\"upper\": 127", "\"upper\": 1e99", {"'logits'", "integer"}},
    {"integer_beyond_int64", "\"upper\": 127", "\"upper\": 18446744073709551615", {"'logits'", "integer"}},
    {"number_beyond_double", "\"word_offset\": 0.0", "\"word_offset\": 1e999", {"not JSON", "1e999"}},
    {"deep_structure",
     "\"network\": \"small\"",
     "\"network\": " + std::string(1 << 20, '[') + std::string(1 << 20, ']'),
     {"more than 8 levels"}},
    {"huge_channel_list", "[2, 0, 1]", "[2, 0, 1000000000]", {"'hidden'", "0 to 2"}},
    {"text_for_number", "\"word_offset\": 0.0", "\"word_offset\": \"zero\"", {"input", "a number", "zero"}},
    {"unknown_format", "\"format\": \"u8\"", "\"format\": \"u4\"", {"input", "u8, s8, s16, binary16", "u4"}},
    {"channel_out_of_range", "[2, 0, 1]", "[3, 0, 1]", {"'hidden'", "0 to 2"}},
    {"order_not_permutation", "[2, 0, 1]", "[2, 0, 0]", {"'hidden'", "permutation"}},
    {"other_version", "dpwa-plan-1", "dpwa-plan-9", {"dpwa-plan-9", "dpwa-plan-1"}},
    {"not_json", "\"tensors\": [", "\"tensors\": [[", {"not JSON"}},
    {"renamed_tensor", "\"name\": \"logits\"", "\"name\": \"scores\"", {"must be 'logits'", "'scores'"}},
};
INSTANTIATE_TEST_SUITE_P(All, PlanTextRefused, testing::ValuesIn(kEdits),
                         [](const auto& test) { return test.param.name; });

TEST_F(PlanDirectory, RefusesMissingWeights) {
  fs::remove(directory_ / "weights" / "conv.npy");
  EXPECT_THAT(refusal(), AllOf(HasSubstr("conv.npy"), HasSubstr("missing")));
}

TEST_F(PlanDirectory, RefusesEveryTruncationOfAWeightsFile) {
  const fs::path file = directory_ / "weights" / "conv.npy";
  const std::string bytes = read_file(file);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    write_file(file, bytes.substr(0, length));
    EXPECT_THAT(refusal(), HasSubstr("conv.npy")) << "cut to " << length << " bytes";
  }
  write_file(file, bytes + "x");
  EXPECT_THAT(refusal(), HasSubstr("expected 152 bytes, found 153"));
}

TEST_F(PlanDirectory, RefusesOtherTypesAndShapes) {
  const fs::path file = directory_ / "weights" / "conv.npy";
  const std::string bytes = read_file(file);
  std::string floats = bytes;
  floats.replace(floats.find("<i2"), 3, "<f2");
  write_file(file, floats);
  EXPECT_THAT(refusal(), HasSubstr("<f2"));
  std::string shape = bytes;
  shape.replace(shape.find("(3, 2, 2, 1)"), 12, "(1, 2, 2, 3)");
  write_file(file, shape);
  EXPECT_THAT(refusal(), AllOf(HasSubstr("(3, 2, 2, 1)"), HasSubstr("(1,2,2,3)")));
  std::string wide = bytes;
  wide.replace(wide.find("(3, 2, 2, 1)"), 12, "(3, 2, 2, 12");
  write_file(file, wide);
  EXPECT_THAT(refusal(), HasSubstr("expected int16"));
}

TEST_F(PlanDirectory, RefusesADirectoryThatIsNoPlan) {
  fs::remove(directory_ / "plan.json");
  EXPECT_THAT(refusal(), HasSubstr("not a plan directory"));
}

TEST_F(PlanDirectory, AMissingModelIsAnInputOutputError) {
  fs::remove(directory_ / "model.onnx");
  EXPECT_THAT(refusal(ExitCode::io), HasSubstr("model.onnx"));
}

}  // namespace
}  // namespace dpwa::plan
