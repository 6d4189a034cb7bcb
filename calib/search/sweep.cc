// SPDX-License-Identifier: Apache-2.0
#include "calib/search/sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "calib/float/parallel.h"
#include "calib/search/neighbours.h"

namespace dpwa::search {

namespace {

/// Exponents of the first sweep: lambda = 2^k.
constexpr int kFirstExponent = -3, kLastExponent = 14;
/// Steps per factor of two in the second sweep.
constexpr int kRefinement = 4;
/// Steps from the chosen point to a cheaper neighbour, neighbours measured for each step, and what they may
/// cost relative to it: a smaller gain is not worth choosing among more points with the same samples.
constexpr int kSteps = 3;
constexpr std::size_t kMostNeighbours = 8;
constexpr double kMuchCheaper = 0.93, kNoCheaper = 0.985;
/// Points this close to the cheapest accepted one cost the same within the noise of a calibration, but the
/// cheapest of them often stands at the edge of the cliff.
constexpr double kNearlyAsCheap = 1.03;
/// Part of the budget below which a plan is far from the edge.
constexpr double kHalf = 0.5;
/// Loss below which a dearer point is better for certain: held-out samples resolve about 20 %.
constexpr double kClearlyLess = 0.8;

/// Choices to be measured, each with the lambda that it was found with.
using Candidates = std::vector<std::pair<double, Choice>>;

/// The candidates that have not been measured, each once.
Candidates fresh_of(const Candidates& candidates, const std::vector<Point>& points) {
  Candidates fresh;
  for (const auto& candidate : candidates) {
    const bool measured = std::any_of(points.begin(), points.end(),
                                      [&](const Point& p) { return p.choice == candidate.second; });
    const bool listed =
        std::any_of(fresh.begin(), fresh.end(), [&](const auto& f) { return f.second == candidate.second; });
    if (!measured && !listed) fresh.push_back(candidate);
  }
  return fresh;
}

/// Measures choices, in their order.
void measure_choices(const Problem& problem, const SearchSpace& space, const Price& price,
                     const Candidates& fresh, const std::string& phase, std::vector<Point>& points,
                     Progress& progress) {
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

/// Measures the choices of several lambdas, in their order; choices measured before are left out.
void measure_lambdas(const Problem& problem, const SearchSpace& space, const Price& price,
                     const std::vector<double>& lambdas, const std::string& phase, std::vector<Point>& points,
                     Progress& progress) {
  Candidates candidates;
  for (double lambda : lambdas)
    candidates.emplace_back(lambda, choose(problem.network, space, price, lambda));
  measure_choices(problem, space, price, fresh_of(candidates, points), phase, points, progress);
}

/// Index of the chosen point of a list sorted by cost: see sweep(). No accepted point of more than
/// `most_cycles` is chosen.
std::size_t choose_point(const std::vector<Point>& points,
                         double most_cycles = std::numeric_limits<double>::infinity()) {
  auto less_loss = [](const Point& a, const Point& b) { return a.used < b.used; };
  auto accepted = [&](const Point& point) { return point.accepted && point.costs.cycles <= most_cycles; };
  const auto cheapest = std::find_if(points.begin(), points.end(), accepted);
  if (cheapest == points.end()) {
    return std::min_element(points.begin(), points.end(), less_loss) - points.begin();
  }
  auto best = cheapest;
  for (auto point = cheapest; point != points.end() && point->cost <= kNearlyAsCheap * cheapest->cost;
       ++point) {
    if (best->used <= kHalf) break;
    const bool clearly = point->used <= kClearlyLess * cheapest->used;
    if (accepted(*point) && clearly && less_loss(*point, *best)) best = point;
  }
  return best - points.begin();
}

void sort_by_cost(std::vector<Point>& points) {
  std::stable_sort(points.begin(), points.end(), [](const Point& a, const Point& b) {
    return a.cost != b.cost ? a.cost < b.cost : a.verdict.mean < b.verdict.mean;
  });
}

/// Neighbours of the chosen point that promise to cost less, but not much less: those of least cost + lambda
/// * loss.
Candidates cheaper_neighbours(const Problem& problem, const SearchSpace& space, const Price& price,
                              const Point& chosen, double lambda, const std::vector<Point>& points) {
  const double highest = kNoCheaper * chosen.forecast.cost, lowest = kMuchCheaper * chosen.forecast.cost;
  std::vector<std::pair<double, Choice>> ranked;
  for (Choice& choice : neighbours(space, chosen.choice, price.lanes())) {
    const Forecast expected = forecast(problem.network, space, price, choice);
    if (expected.cost > highest || expected.cost < lowest) continue;
    ranked.emplace_back(observe::rounded(expected.cost + lambda * expected.loss), std::move(choice));
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  Candidates candidates;
  for (auto& neighbour : ranked) candidates.emplace_back(lambda, std::move(neighbour.second));
  candidates = fresh_of(candidates, points);
  candidates.resize(std::min(candidates.size(), kMostNeighbours));
  return candidates;
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
  measure_point(problem, price, point);
  return point;
}

void measure_point(const Problem& problem, const Price& price, Point& point) {
  point.cost = 0;
  point.costs = {};
  point.verdict = measure(problem.network, point.plan, problem.objective, problem.held_out, problem.config);
  for (std::size_t n = 0; n < problem.network.nodes.size(); ++n) {
    const int node = static_cast<int>(n);
    const Costs costs = price.costs(node, point.verdict.readings[n], point.choice.planes[n]);
    point.cost += price.relative(costs);
    point.costs += costs;
  }
  point.cost = observe::rounded(point.cost);
  point.costs.cycles = observe::rounded(point.costs.cycles);
  point.used = budget_used(point.verdict, problem.budget, problem.objective.task());
  point.accepted = within_budget(point.verdict, problem.budget, problem.objective.task());
}

Search sweep(const Problem& problem, const SearchSpace& space, Progress& progress) {
  const Price price(problem.network, problem.config, problem.optimise);
  Search search;
  std::vector<double> lambdas;
  for (int k = kFirstExponent; k <= kLastExponent; ++k) lambdas.push_back(std::ldexp(1.0, k));
  measure_lambdas(problem, space, price, lambdas, space.scheme.name, search.points, progress);
  sort_by_cost(search.points);

  search.lambda = search.points[choose_point(search.points)].lambda;
  lambdas.clear();
  for (int step = 2 * kRefinement; step >= -kRefinement; --step) {
    if (step % kRefinement != 0)
      lambdas.push_back(search.lambda * std::exp2(-static_cast<double>(step) / kRefinement));
  }
  measure_lambdas(problem, space, price, lambdas, space.scheme.name + ", finer", search.points, progress);
  sort_by_cost(search.points);
  search.chosen = choose_point(search.points);
  search.lambda = search.best().lambda;
  return search;
}

void choose_rival(Point point, Search& search) {
  const auto dearer = [](double cost, const Point& other) { return cost < other.cost; };
  const auto place = std::upper_bound(search.points.begin(), search.points.end(), point.cost, dearer);
  search.chosen = search.points.insert(place, std::move(point)) - search.points.begin();
}

void add_rival(Point point, double most_cycles, Search& search) {
  search.points.push_back(std::move(point));
  sort_by_cost(search.points);
  search.most_cycles = most_cycles;
  search.chosen = choose_point(search.points, most_cycles);
}

void improve(const Problem& problem, const SearchSpace& space, Search& search, Progress& progress) {
  const Price price(problem.network, problem.config, problem.optimise);
  for (int step = 0; step < kSteps && search.best().accepted; ++step) {
    const Candidates candidates =
        cheaper_neighbours(problem, space, price, search.best(), search.lambda, search.points);
    const double cost = search.best().cost;
    measure_choices(problem, space, price, candidates,
                    fmt::format("{}, step {}", space.scheme.name, step + 1), search.points, progress);
    sort_by_cost(search.points);
    search.chosen = choose_point(search.points, search.most_cycles);
    if (search.best().cost >= cost) return;
  }
}

}  // namespace dpwa::search
