// SPDX-License-Identifier: Apache-2.0
#include "calib/search/sweep.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "calib/float/parallel.h"

namespace dpwa::search {

namespace {

/// Exponents of the first sweep: lambda = 2^k.
constexpr int kFirstExponent = -3, kLastExponent = 14;
/// Steps per factor of two in the second sweep.
constexpr int kRefinement = 4;
/// Points this close to the cheapest accepted one cost the same within the noise of a calibration, but the
/// cheapest of them often stands at the edge of the cliff.
constexpr double kNearlyAsCheap = 1.03;

/// Measures the choices of several lambdas, in their order; choices measured before are left out.
void measure_lambdas(const Problem& problem, const SearchSpace& space, const Price& price,
                     const std::vector<double>& lambdas, const std::string& phase, std::vector<Point>& points,
                     Progress& progress) {
  std::vector<std::pair<double, Choice>> fresh;
  for (double lambda : lambdas) {
    Choice choice = choose(problem.network, space, price, lambda);
    const bool measured =
        std::any_of(points.begin(), points.end(), [&](const Point& p) { return p.choice == choice; });
    const bool listed =
        std::any_of(fresh.begin(), fresh.end(), [&](const auto& f) { return f.second == choice; });
    if (!measured && !listed) fresh.emplace_back(lambda, std::move(choice));
  }
  progress.begin(phase, static_cast<std::int64_t>(fresh.size()));
  floating::ordered_parallel(
      static_cast<std::int64_t>(fresh.size()), problem.threads, [] { return 0; },
      [&](int, std::int64_t i) {
        return build_point(problem, space, price, fresh[i].second, fresh[i].first);
      },
      [&](std::int64_t, Point&& point) {
        points.push_back(std::move(point));
        progress.advance();
      });
}

double worst_loss(const Point& point) { return std::max(point.verdict.mean, point.verdict.softened); }

/// Index of the chosen point of a list sorted by cost: see sweep(). No accepted point of more than
/// `most_cycles` is chosen.
std::size_t choose_point(const std::vector<Point>& points, double allowed,
                         double most_cycles = std::numeric_limits<double>::infinity()) {
  auto less_loss = [](const Point& a, const Point& b) { return worst_loss(a) < worst_loss(b); };
  auto accepted = [&](const Point& point) { return point.accepted && point.costs.cycles <= most_cycles; };
  const auto cheapest = std::find_if(points.begin(), points.end(), accepted);
  if (cheapest == points.end()) {
    return std::min_element(points.begin(), points.end(), less_loss) - points.begin();
  }
  auto best = cheapest;
  for (auto point = cheapest; point != points.end() && point->cost <= kNearlyAsCheap * cheapest->cost;
       ++point) {
    if (worst_loss(*best) <= allowed / 2) break;
    if (accepted(*point) && less_loss(*point, *best)) best = point;
  }
  return best - points.begin();
}

void sort_by_cost(std::vector<Point>& points) {
  std::stable_sort(points.begin(), points.end(), [](const Point& a, const Point& b) {
    return a.cost != b.cost ? a.cost < b.cost : a.verdict.mean < b.verdict.mean;
  });
}

}  // namespace

Point build_point(const Problem& problem, const SearchSpace& space, const Price& price, Choice choice,
                  double lambda) {
  Point point;
  point.lambda = lambda;
  point.choice = std::move(choice);
  point.forecast = forecast(problem.network, space, price, point.choice);
  point.plan = assemble(problem.network, space, point.choice, problem.port, problem.config);
  fit_weights(problem.network, problem.observation, point.plan);
  point.verdict = measure(problem.network, point.plan, problem.objective, problem.held_out, problem.config);
  for (std::size_t n = 0; n < problem.network.nodes.size(); ++n) {
    const int node = static_cast<int>(n);
    point.cost += price.node(node, point.verdict.readings[n], point.choice.planes[n]);
    point.costs += price.costs(node, point.verdict.readings[n], point.choice.planes[n]);
  }
  point.cost = observe::rounded(point.cost);
  point.costs.cycles = observe::rounded(point.costs.cycles);
  point.accepted = within_budget(point.verdict, problem.budget, problem.objective.task());
  return point;
}

Search sweep(const Problem& problem, const SearchSpace& space, Progress& progress) {
  const Price price(problem.network, problem.config, problem.optimise);
  Search search;
  std::vector<double> lambdas;
  for (int k = kFirstExponent; k <= kLastExponent; ++k) lambdas.push_back(std::ldexp(1.0, k));
  measure_lambdas(problem, space, price, lambdas, space.scheme.name, search.points, progress);
  sort_by_cost(search.points);

  const double allowed = allowed_loss(problem.budget, problem.objective.task());
  const double centre = search.points[choose_point(search.points, allowed)].lambda;
  lambdas.clear();
  for (int step = 2 * kRefinement; step >= -kRefinement; --step) {
    if (step % kRefinement != 0)
      lambdas.push_back(centre * std::exp2(-static_cast<double>(step) / kRefinement));
  }
  measure_lambdas(problem, space, price, lambdas, space.scheme.name + ", finer", search.points, progress);
  sort_by_cost(search.points);
  search.chosen = choose_point(search.points, allowed);
  return search;
}

void add_rival(const Problem& problem, Point point, double most_cycles, Search& search) {
  search.points.push_back(std::move(point));
  sort_by_cost(search.points);
  search.chosen =
      choose_point(search.points, allowed_loss(problem.budget, problem.objective.task()), most_cycles);
}

}  // namespace dpwa::search
