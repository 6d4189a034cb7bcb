// SPDX-License-Identifier: Apache-2.0
//
// NumPy's .npy: magic, version, header length, a Python dictionary as text, values.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <cstring>
#include <string_view>

#include "calib/data/array.h"
#include "model/base/error.h"
#include "model/base/files.h"

namespace dpwa::data {
namespace {

constexpr std::size_t kMaxHeader = 1 << 16;
constexpr std::size_t kAlignment = 64;

/// Reads the dictionary "{'descr': '<f4', 'fortran_order': False, 'shape': (10, 784), }" from front to back.
class HeaderParser {
 public:
  HeaderParser(std::string_view text, const ByteSource& source) : text_(text), source_(source) {}

  ArrayHeader parse() {
    ArrayHeader header;
    header.format = "npy";
    bool has_descr = false, has_order = false, has_shape = false;
    expect('{');
    while (!accept('}')) {
      const std::string key = quoted();
      expect(':');
      if (key == "descr" && !has_descr) {
        header.type = element_type();
        has_descr = true;
      } else if (key == "fortran_order" && !has_order) {
        header.fortran_order = boolean();
        has_order = true;
      } else if (key == "shape" && !has_shape) {
        header.shape = tuple();
        has_shape = true;
      } else {
        throw broken();
      }
      if (!accept(',') && peek() != '}') throw broken();
    }
    if (!has_descr || !has_order || !has_shape || peek() != '\0') throw broken();
    return header;
  }

 private:
  Error broken() const {
    return fail(ExitCode::bad_input, "{}: .npy header cannot be read near byte {}", source_.path().string(),
                at_);
  }
  char peek() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool accept(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) throw broken();
  }
  std::string quoted() {
    expect('\'');
    const std::size_t end = text_.find('\'', at_);
    if (end == std::string_view::npos) throw broken();
    const std::string word(text_.substr(at_, end - at_));
    at_ = end + 1;
    return word;
  }
  bool boolean() {
    peek();
    for (const std::string_view word : {std::string_view("True"), std::string_view("False")}) {
      if (text_.substr(at_, word.size()) != word) continue;
      at_ += word.size();
      return word == "True";
    }
    throw broken();
  }
  std::vector<std::int64_t> tuple() {
    std::vector<std::int64_t> values;
    expect('(');
    while (!accept(')')) {
      peek();
      std::int64_t value = 0;
      const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
      if (error != std::errc()) throw broken();
      at_ = static_cast<std::size_t>(end - text_.data());
      values.push_back(value);
      if (!accept(',') && peek() != ')') throw broken();
    }
    return values;
  }
  ElementType element_type() {
    if (peek() == '[') throw unsupported("structured");
    const std::string descr = quoted();
    using Kind = ElementType::Kind;
    const std::string_view order = "<>|=";
    if (descr.size() != 3 || order.find(descr[0]) == std::string_view::npos) throw unsupported(descr);
    const int bytes = descr[2] - '0';
    const bool power = bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
    const bool big = descr[0] == '>';
    if (descr[1] == 'b' && bytes == 1) return {Kind::boolean, 1, big};
    if (descr[1] == 'i' && power) return {Kind::signed_integer, bytes, big};
    if (descr[1] == 'u' && power) return {Kind::unsigned_integer, bytes, big};
    if (descr[1] == 'f' && power && bytes > 1) return {Kind::real, bytes, big};
    throw unsupported(descr);
  }
  Error unsupported(const std::string& descr) const {
    return fail(ExitCode::bad_input,
                "{}: dtype '{}' is not supported; expected bool, (u)int8 to 64 or float16, 32, 64",
                source_.path().string(), descr);
  }

  std::string_view text_;
  const ByteSource& source_;
  std::size_t at_ = 0;
};

template <typename T>
void write(const std::filesystem::path& path, const char* descr, const std::vector<std::int64_t>& shape,
           const std::vector<T>& values) {
  const char* const comma = shape.size() == 1 ? "," : "";
  std::string dictionary = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", descr,
                                       fmt::join(shape, ", "), comma);
  constexpr std::size_t kBefore = 10;  // magic, version, length
  const std::size_t used = kBefore + dictionary.size() + 1;
  dictionary.append((kAlignment - used % kAlignment) % kAlignment, ' ');
  dictionary += '\n';
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(dictionary.size() & 255);
  bytes += static_cast<char>(dictionary.size() >> 8);
  bytes += dictionary;
  static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "a big-endian host needs a byte swap here");
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
  write_file(path, bytes);
}

}  // namespace

ArrayHeader read_npy_header(ByteSource& source) {
  unsigned char version[2];
  source.read_exactly(version, sizeof version, "the .npy version");
  if (version[0] < 1 || version[0] > 3) {
    throw fail(ExitCode::bad_input, "{}: .npy version {}.{} is not supported, only 1 to 3",
               source.path().string(), version[0], version[1]);
  }
  unsigned char length[4] = {};
  source.read_exactly(length, version[0] == 1 ? 2 : 4, "the .npy header length");
  const std::size_t size = length[0] | length[1] << 8 | length[2] << 16 | std::size_t{length[3]} << 24;
  if (size > kMaxHeader) {
    throw fail(ExitCode::bad_input, "{}: .npy header of {} bytes; more than {} is not supported",
               source.path().string(), size, kMaxHeader);
  }
  std::string text(size, '\0');
  source.read_exactly(reinterpret_cast<unsigned char*>(text.data()), size, "the .npy header");
  return HeaderParser(text, source).parse();
}

void write_npy(const std::filesystem::path& path, const std::vector<std::int64_t>& shape,
               const std::vector<float>& values) {
  write(path, "<f4", shape, values);
}

void write_npy(const std::filesystem::path& path, const std::vector<std::int64_t>& shape,
               const std::vector<std::int32_t>& values) {
  write(path, "<i4", shape, values);
}

}  // namespace dpwa::data
