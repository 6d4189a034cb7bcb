// SPDX-License-Identifier: Apache-2.0
//
// Puts another value in place of a number: most changes of bytes make no text of the format at all.
#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed);

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                    unsigned seed) {
  constexpr std::array<const char*, 22> kValues = {"0",          "1",
                                                   "-1",         "5",
                                                   "16",         "1e-300",
                                                   "1e300",      "-0.5",
                                                   "2147483647", "-2147483648",
                                                   "4294967296", "1073741824",
                                                   "1000000000", "5e-324",
                                                   "1e999",      "0.0001",
                                                   "true",       "\"x\"",
                                                   "[1, 2, 3]",  "{}",
                                                   "null",       "18446744073709551615"};
  std::string text(data, data + size);
  std::minstd_rand random(seed);
  const auto digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
  const auto from = text.begin() + static_cast<std::ptrdiff_t>(random() % (size + 1));
  const auto begin = std::find_if(from, text.end(), digit);
  if (seed % 2 == 0 || begin == text.end()) return LLVMFuzzerMutate(data, size, max_size);
  const auto end = std::find_if_not(begin, text.end(), [&](char c) { return digit(c) || c == '.'; });
  text.replace(begin, end, kValues[random() % kValues.size()]);
  if (text.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::copy(text.begin(), text.end(), data);
  return text.size();
}
