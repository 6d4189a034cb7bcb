// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <limits>

#include "tests/plan/small_plan.h"

namespace dpwa::plan {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Check, ALegalPlanHasNoFindings) {
  const SmallPlan small = small_plan();
  EXPECT_THAT(check(small.network, small.plan), IsEmpty());
}

/// One illegality: how to make it and what the single line must say.
struct Illegal {
  std::string name;
  void (*spoil)(SmallPlan&);
  std::vector<std::string> words;
};
void PrintTo(const Illegal& illegal, std::ostream* out) { *out << illegal.name; }

class CheckRefuses : public testing::TestWithParam<Illegal> {};

TEST_P(CheckRefuses, WithOneLineThatNamesThePlaceAndTheValues) {
  SmallPlan small = small_plan();
  GetParam().spoil(small);
  const std::vector<std::string> lines = check(small.network, small.plan);
  ASSERT_EQ(lines.size(), 1u) << testing::PrintToString(lines);
  for (const std::string& word : GetParam().words) EXPECT_THAT(lines[0], HasSubstr(word));
}

const Illegal kIllegal[] = {
    {"missing_tensor", [](SmallPlan& s) { s.plan.tensors.pop_back(); }, {"expected 3 tensors, found 2"}},
    {"missing_node", [](SmallPlan& s) { s.plan.nodes.pop_back(); }, {"expected 2 nodes, found 1"}},
    {"step_too_small", [](SmallPlan& s) { s.plan.tensors[0].step_exponent = -129; }, {"'image'", "-129"}},
    {"min_above_max",
     [](SmallPlan& s) { s.plan.tensors[1].pcu.min_planes = 3; },
     {"'hidden'", "min_planes is 3"}},
    {"six_planes",
     [](SmallPlan& s) { s.plan.tensors[1].pcu.max_planes = 6; },
     {"'hidden'", "max_planes is 6"}},
    {"loose_fixed",
     [](SmallPlan& s) { s.plan.tensors[1].pcu.policy = Policy::static_; },
     {"'hidden'", "'static' needs", "0 and 2"}},
    {"class_of_the_output",
     [](SmallPlan& s) {
       s.plan.tensors[2].pcu = {Policy::static_, 2, 2, 1, 1};
     },
     {"'logits'", "no step classes"}},
    {"class_without_planes",
     [](SmallPlan& s) {
       s.plan.tensors[1].pcu = {Policy::static_, 2, 2, 2, 2};
     },
     {"'hidden'", "class is 2, must be 1 to 1"}},
    {"variance_without_classes",
     [](SmallPlan& s) { s.plan.tensors[1].pcu = {Policy::variance, 0, 2, 0, 0, 1, 0}; },
     {"'hidden'", "top_class is 0"}},
    {"class_above_top",
     [](SmallPlan& s) { s.plan.tensors[1].pcu = {Policy::variance, 0, 3, 2, 1, 512, 1}; },
     {"'hidden'", "class is 2, must be 0 to top_class (1)"}},
    {"class_below_min_planes",
     [](SmallPlan& s) { s.plan.tensors[1].pcu = {Policy::variance, 2, 2, 0, 1, 512, 1}; },
     {"'hidden'", "min_planes + top_class is 3"}},
    {"no_hysteresis",
     [](SmallPlan& s) { s.plan.tensors[1].pcu = {Policy::variance, 0, 2, 0, 1, 255, 1}; },
     {"'hidden'", "coarser_above is 255", "256 times"}},
    {"threshold_too_large",
     [](SmallPlan& s) { s.plan.tensors[1].pcu = {Policy::variance, 0, 2, 0, 1, 1e19, 1}; },
     {"'hidden'", "coarser_above is 1e+19"}},
    {"unsigned_below_zero",
     [](SmallPlan& s) { s.plan.tensors[0].lower = -1; },
     {"'image'", "lower = 0", "-1"}},
    {"signed_from_zero", [](SmallPlan& s) { s.plan.tensors[2].lower = 0; }, {"'logits'", "lower < 0"}},
    {"upper_below_zero", [](SmallPlan& s) { s.plan.tensors[2].upper = -1; }, {"'logits'", "upper is -1"}},
    {"limit_beyond_format", [](SmallPlan& s) { s.plan.tensors[2].upper = 524288; }, {"'logits'", "524288"}},
    {"wider_than_relu",
     [](SmallPlan& s) {
       s.plan.tensors[1].is_signed = true;
       s.plan.tensors[1].lower = -8;
     },
     {"'hidden'", "activation function", "-8"}},
    {"short_order", [](SmallPlan& s) { s.plan.tensors[1].order.pop_back(); }, {"'hidden'", "3 channels"}},
    {"double_order", [](SmallPlan& s) { s.plan.tensors[1].order[0] = 1; }, {"'hidden'", "permutation"}},
    {"output_order",
     [](SmallPlan& s) {
       s.plan.tensors[2].order = {1, 0};
     },
     {"'logits'", "graph order"}},
    {"few_scales", [](SmallPlan& s) { s.plan.nodes[0].scale.pop_back(); }, {"'conv'", "3 scales, found 2"}},
    {"few_planes", [](SmallPlan& s) { s.plan.nodes[0].planes.pop_back(); }, {"'conv'", "plane counts"}},
    {"few_biases", [](SmallPlan& s) { s.plan.nodes[0].bias.pop_back(); }, {"'conv'", "3 biases, found 2"}},
    {"few_weights", [](SmallPlan& s) { s.plan.nodes[0].q.pop_back(); }, {"'conv'", "12 weights, found 11"}},
    {"six_weight_planes", [](SmallPlan& s) { s.plan.nodes[0].planes[1] = 6; }, {"'conv'", "channel 1", "6"}},
    {"weight_beyond_planes",
     [](SmallPlan& s) { s.plan.nodes[1].q[30] = 8; },
     {"'/fc/Gemm'", "channel 1", "weight 8 needs 2 planes, granted are 1"}},
    {"zero_planes_with_weights",
     [](SmallPlan& s) { s.plan.nodes[0].planes[0] = 0; },
     {"'conv'", "channel 0"}},
    {"zero_scale", [](SmallPlan& s) { s.plan.nodes[0].scale[2] = 0; }, {"'conv'", "channel 2", "scale is 0"}},
    {"nan_scale",
     [](SmallPlan& s) { s.plan.nodes[0].scale[2] = std::numeric_limits<double>::quiet_NaN(); },
     {"'conv'", "channel 2", "nan"}},
    {"infinite_bias",
     [](SmallPlan& s) { s.plan.nodes[0].bias[0] = std::numeric_limits<double>::infinity(); },
     {"'conv'", "bias is not finite"}},
    {"huge_bias", [](SmallPlan& s) { s.plan.nodes[0].bias[0] = 1e30; }, {"'conv'", "2^60"}},
    {"huge_factor", [](SmallPlan& s) { s.plan.nodes[1].scale[0] = 1e9; }, {"'/fc/Gemm'", "2^20", "'logits'"}},
    {"word_scale_zero", [](SmallPlan& s) { s.plan.input.word_scale = 0; }, {"input port", "word_scale is 0"}},
    {"word_scale_huge", [](SmallPlan& s) { s.plan.input.word_scale = 5000; }, {"input port", "'image'"}},
    {"word_offset_nan",
     [](SmallPlan& s) { s.plan.input.word_offset = std::numeric_limits<double>::quiet_NaN(); },
     {"input port", "word_offset"}},
    {"word_offset_huge", [](SmallPlan& s) { s.plan.input.word_offset = 1e12; }, {"input port", "channel 0"}},
    {"negative_normalisation",
     [](SmallPlan& s) { s.network.input_affine.scale[0] = -1; },
     {"input port", "-1"}},
    {"binary16_on_a_grid",
     [](SmallPlan& s) { s.plan.input.format = PortFormat::binary16; },
     {"input port", "binary16 needs word_scale 1"}},
    {"binary16_with_normalisation",
     [](SmallPlan& s) {
       s.plan.input = {PortFormat::binary16, 1, 0};
       s.network.input_affine.offset[0] = 0.5;
     },
     {"input port", "normalisation"}},
};
INSTANTIATE_TEST_SUITE_P(All, CheckRefuses, testing::ValuesIn(kIllegal),
                         [](const auto& test) { return test.param.name; });

TEST(Check, ReportsEveryIllegalityAtOnce) {
  SmallPlan small = small_plan();
  small.plan.tensors[1].pcu.min_planes = 3;
  small.plan.nodes[0].scale[0] = -1;
  small.plan.nodes[1].planes[1] = 9;
  EXPECT_THAT(
      check(small.network, small.plan),
      ElementsAre(HasSubstr("'hidden'"), AllOf(HasSubstr("'conv'"), HasSubstr("-1")), HasSubstr("9")));
}

TEST(Check, NarrowedRecordsRaisedPlanesAndTighterLimitsAreLegal) {
  SmallPlan small = small_plan();
  small.plan.tensors[1].pcu = {Policy::static_, 1, 1};
  small.plan.tensors[2].upper = 100;
  small.plan.nodes[0].planes = {2, 4, 5};
  EXPECT_THAT(check(small.network, small.plan), IsEmpty());
}

}  // namespace
}  // namespace dpwa::plan
