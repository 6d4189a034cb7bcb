// SPDX-License-Identifier: Apache-2.0
//
// Activation tables (docs/numerics.md N11): the error of every input code of every function.
#include "model/plan/table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "model/num/planes.h"

namespace dpwa::plan {
namespace {

using net::Function;

const std::vector<net::Activation> kFunctions = {{Function::leaky_relu, 0.01F},
                                                 {Function::leaky_relu, 0.25F},
                                                 {Function::leaky_relu, 1.5F},
                                                 {Function::sigmoid},
                                                 {Function::hard_sigmoid, 0.2F, 0.5F},
                                                 {Function::hard_sigmoid, 1.5F, 0.25F},
                                                 {Function::tanh},
                                                 {Function::hard_swish},
                                                 {Function::swish},
                                                 {Function::gelu},
                                                 {Function::gelu_tanh},
                                                 {Function::elu, 1},
                                                 {Function::elu, 3},
                                                 {Function::selu, 1.67326319F, 1.05070102F},
                                                 {Function::softplus},
                                                 {Function::mish}};

net::Node node_of(const net::Activation& activation) {
  net::Node node;
  node.activation = activation;
  node.lower = net::range(activation).lower;
  node.upper = net::range(activation).upper;
  return node;
}

TensorPlan output_of(const net::Node& node, int planes, int exponent) {
  TensorPlan output;
  output.step_exponent = exponent;
  output.is_signed = node.lower < 0;
  output.pcu.max_planes = planes;
  const num::Range format = num::activation_range(planes, output.is_signed);
  const double lowest = std::floor(std::ldexp(node.lower, -exponent));
  output.lower = static_cast<std::int32_t>(std::max<double>(format.lower, lowest));
  const double highest = std::ceil(std::ldexp(node.upper, -exponent));
  output.upper = static_cast<std::int32_t>(std::min<double>(format.upper, highest));
  return output;
}

/// Calls visit(node, output, table) for every function on grids of 1 to 3 planes.
template <typename Visit>
void for_all(Visit visit) {
  for (const net::Activation& activation : kFunctions) {
    const net::Node node = node_of(activation);
    for (const auto& [planes, exponent] : {std::pair(1, -2), {1, -3}, {2, -4}, {2, -6}, {2, -8}, {3, -9}}) {
      SCOPED_TRACE(std::string(net::to_string(activation.function)) + " at 2^" + std::to_string(exponent));
      const TensorPlan output = output_of(node, planes, exponent);
      const std::optional<Table> table = make_table(node, output);
      const bool long_tail = activation.function == Function::leaky_relu && activation.alpha == 0.01F;
      ASSERT_TRUE(table.has_value() || long_tail);
      if (table) visit(node, output, *table);
    }
  }
}

/// |y - f(x)| in output steps, f(x) within the output's limits.
double error_at(const net::Node& node, const TensorPlan& output, std::int32_t y, double x) {
  const double exact = std::ldexp(net::value(node.activation, x), -output.step_exponent);
  return std::fabs(y - std::clamp<double>(exact, output.lower, output.upper));
}

TEST(Table, NoPreactivationIsMoreThanAStepFromTheFunction) {
  double most = 0;
  for_all([&](const net::Node& node, const TensorPlan& output, const Table& table) {
    double at_codes = 0, between_codes = 0;
    for (int i = 0; i < static_cast<int>(table.values.size()); ++i) {
      const double code = table.lower + i;
      for (const double part : {-0.5, -0.4, -0.25, 0.0, 0.25, 0.4, 0.5}) {
        const double error =
            error_at(node, output, table.values[i], std::ldexp(code + part, table.step_exponent));
        (part == 0 ? at_codes : between_codes) = std::max(part == 0 ? at_codes : between_codes, error);
      }
    }
    for (double x = std::ldexp(1, table.step_exponent); x < 1e6; x *= 1.5) {
      const double below = std::ldexp(table.lower, table.step_exponent) - x;
      const double above = std::ldexp(table.upper(), table.step_exponent) + x;
      between_codes = std::max({between_codes, error_at(node, output, table.values.front(), below),
                                error_at(node, output, table.values.back(), above)});
    }
    EXPECT_LE(at_codes, 0.5 + 1e-9);
    EXPECT_LE(between_codes, 1);
    most = std::max(most, between_codes);
  });
  EXPECT_GT(most, 0.9);  // the bound is not idle
}

TEST(Table, IsMonotoneWhereTheFunctionIs) {
  for_all([](const net::Node& node, const TensorPlan&, const Table& table) {
    if (!net::is_monotone(node.activation)) return;
    EXPECT_TRUE(std::is_sorted(table.values.begin(), table.values.end()));
  });
}

TEST(Table, EndsWhereNothingChangesAnyMore) {
  for_all([](const net::Node& node, const TensorPlan& output, const Table& table) {
    EXPECT_EQ(table.values.front(), table_value(node, output, -net::kFar));
    EXPECT_EQ(table.values.back(), table_value(node, output, net::kFar));
    EXPECT_TRUE(table.lower == 0 || table.values[1] != table.values[0]);
    EXPECT_TRUE(table.upper() == 0 || table.values.end()[-2] != table.values.back());
  });
}

TEST(Table, KnownEntries) {
  const net::Node sigmoid = node_of({Function::sigmoid});
  const Table table = *make_table(sigmoid, output_of(sigmoid, 2, -8));
  EXPECT_EQ(table.step_exponent, -6);
  EXPECT_EQ(table.values[-table.lower], 128);       // 1/2
  EXPECT_EQ(table.values[64 - table.lower], 187);   // 0.7311 * 256 = 187.15
  EXPECT_EQ(table.values[-128 - table.lower], 31);  // 0.1192 * 256 = 30.5...
  EXPECT_EQ(table.values.back(), 255);              // the format's limit
  const net::Node swish = node_of({Function::hard_swish});
  const Table steep = *make_table(swish, output_of(swish, 2, -4));
  EXPECT_EQ(steep.step_exponent, -5);
  EXPECT_EQ(steep.values[-48 - steep.lower], -6);  // -0.375 at -3/2
}

TEST(Table, WhatNeedsTooManyEntriesIsNone) {
  const net::Node leaky = node_of({Function::leaky_relu, 0.001F});
  EXPECT_FALSE(make_table(leaky, output_of(leaky, 3, 0)).has_value());
}

}  // namespace
}  // namespace dpwa::plan
