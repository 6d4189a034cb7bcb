// SPDX-License-Identifier: Apache-2.0
#include "calib/search/policy.h"

#include <algorithm>
#include <array>
#include <vector>

#include "calib/float/parallel.h"
#include "model/golden/executor.h"

namespace dpwa::search {
namespace {

/// Part of the rows that vary less than the threshold of a coarser step.
constexpr std::array<double, 4> kQuantiles = {0.25, 0.5, 0.75, 0.9};
/// A class back at a quarter of the variance that the step forth left: rows near a threshold keep their
/// class.
constexpr double kHysteresis = 4 * 256;

bool may_vary(const Problem& problem, const plan::Plan& plan, std::size_t tensor) {
  const net::Tensor& shape = problem.network.tensors[tensor];
  const plan::PcuRecord& pcu = plan.tensors[tensor].pcu;
  const bool table = net::function_before(problem.network, static_cast<int>(tensor)) != nullptr;
  const bool joined = plan::fine_exponents(problem.network, plan)[tensor] != plan::kNoFineGrid;
  const bool product = shape.producer >= 0 && problem.network.nodes[shape.producer].factor >= 0;
  return shape.producer >= 0 && !shape.consumers.empty() && !joined && !product && !table &&
         shape.shape.h > 2 && pcu.policy == plan::Policy::range && pcu.max_planes > 1 &&
         std::int64_t{shape.shape.w} * shape.shape.c <= plan::kRowValues;
}

/// Variance of every stored row of one tensor, over the fit samples, sorted.
std::vector<double> row_variances(const Problem& problem, const plan::Plan& plan, std::size_t tensor) {
  const golden::Executor executor(problem.network, plan, problem.config.products);
  const net::Shape& shape = problem.network.tensors[tensor].shape;
  const std::size_t values = std::size_t(shape.w) * shape.c, in = problem.network.tensors[0].shape.size();
  std::vector<double> variances;
  for (std::size_t at = 0; at < problem.fit_samples.size(); at += in) {
    std::int64_t off_grid = 0;
    const golden::Inference inference =
        executor.run(executor.port_words(problem.fit_samples.data() + at, off_grid));
    const std::vector<std::int32_t>& q = inference.tensors[tensor].q;
    for (std::size_t row = 0; row < q.size(); row += values) {
      double sum = 0, squares = 0;
      for (std::size_t i = row; i < row + values; ++i) {
        sum += q[i];
        squares += static_cast<double>(q[i]) * q[i];
      }
      const auto n = static_cast<double>(values);
      variances.push_back(squares / n - sum / n * (sum / n));
    }
  }
  std::sort(variances.begin(), variances.end());
  return variances;
}

/// Rows 0 and 1 take the class that more than half of the rows ask for.
plan::PcuRecord record_of(const plan::PcuRecord& range, const std::vector<double>& variances,
                          double quantile) {
  const auto at = [&](double part) {
    return variances[static_cast<std::size_t>(part * static_cast<double>(variances.size() - 1))];
  };
  plan::PcuRecord record = range;
  record.policy = plan::Policy::variance;
  record.min_planes = 0;
  record.top_class = std::min(plan::kTopClass, range.max_planes - 1);
  record.coarser_above = std::max(at(quantile), 1.0);
  record.finer_below = record.coarser_above / kHysteresis;
  record.step_class = at(0.5) > record.coarser_above ? 1 : 0;
  return record;
}

}  // namespace

std::optional<Point> with_variance(const Problem& problem, const Point& base, bool everywhere,
                                   Progress& progress) {
  const Price price(problem.network, problem.config, problem.optimise);
  Point best = base;
  bool changed = false;
  progress.begin("variance", static_cast<std::int64_t>(best.plan.tensors.size()));
  for (std::size_t t = 0; t < best.plan.tensors.size(); ++t) {
    progress.advance();
    if (!may_vary(problem, best.plan, t)) continue;
    const std::vector<double> variances = row_variances(problem, best.plan, t);
    const plan::PcuRecord range = best.plan.tensors[t].pcu;
    std::vector<std::optional<Point>> candidates(kQuantiles.size());  // those that are legal
    floating::ordered_parallel(
        static_cast<std::int64_t>(candidates.size()), problem.threads, [] { return 0; },
        [&](int, std::int64_t i) {
          std::optional<Point> point = best;
          point->plan.tensors[t].pcu = record_of(range, variances, kQuantiles[i]);
          if (!plan::check(problem.network, point->plan).empty()) return std::optional<Point>();
          measure_point(problem, price, *point);
          return point;
        },
        [&](std::int64_t i, std::optional<Point>&& point) { candidates[i] = std::move(point); });
    if (everywhere && candidates.back()) {
      best = *candidates.back();
      changed = true;
    }
    for (const std::optional<Point>& point : candidates) {
      if (!point || !point->accepted || (best.accepted && point->cost >= best.cost)) continue;
      best = *point;
      changed = true;
    }
  }
  if (!changed) return std::nullopt;
  return best;
}

}  // namespace dpwa::search
