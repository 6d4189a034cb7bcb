// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace dpwa::floating {

/// Threads to use when the caller does not say: one per core.
inline int default_threads() { return std::max(1u, std::thread::hardware_concurrency()); }

/// Runs partial = work(state, item) for every item of 0..items-1 on several threads, and merge(item, partial)
/// strictly in item order, so that a result does not depend on the number of threads. Each thread owns one
/// state = make_state(). The first exception stops the work and is rethrown to the caller.
template <class MakeState, class Work, class Merge>
void ordered_parallel(std::int64_t items, int threads, MakeState make_state, Work work, Merge merge) {
  std::atomic<std::int64_t> next{0};
  std::int64_t merged = 0;
  std::exception_ptr failure;
  std::mutex mutex;
  std::condition_variable turn;

  auto run = [&] {
    try {
      auto state = make_state();
      for (std::int64_t item = next++; item < items; item = next++) {
        auto partial = work(state, item);
        std::unique_lock<std::mutex> lock(mutex);
        turn.wait(lock, [&] { return failure || merged == item; });
        if (failure) return;
        merge(item, std::move(partial));
        ++merged;
        turn.notify_all();
      }
    } catch (...) {
      const std::lock_guard<std::mutex> lock(mutex);
      if (!failure) failure = std::current_exception();
      next = items;
      turn.notify_all();
    }
  };

  const auto count = std::clamp<std::int64_t>(threads, 1, std::max<std::int64_t>(items, 1));
  std::vector<std::thread> pool;
  for (std::int64_t i = 0; i < count; ++i) pool.emplace_back(run);
  for (std::thread& thread : pool) thread.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace dpwa::floating
