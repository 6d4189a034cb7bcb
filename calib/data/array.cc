// SPDX-License-Identifier: Apache-2.0
#include "calib/data/array.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include "model/base/error.h"
#include "model/num/binary16.h"

namespace dpwa::data {
namespace {

constexpr std::int64_t kMaxCount = std::int64_t{1} << 30;
constexpr std::size_t kChunkValues = std::size_t{1} << 17;

std::optional<std::int64_t> product(const std::vector<std::int64_t>& shape) {
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return 0;
  std::int64_t count = 1;
  for (const std::int64_t dim : shape) {
    if (dim < 0 || count > kMaxCount / dim) return std::nullopt;
    count *= dim;
  }
  return count;
}

std::uint64_t load_bits(const ElementType& type, const unsigned char* bytes) {
  std::uint64_t bits = 0;
  for (int i = 0; i < type.bytes; ++i) {
    const int at = type.big_endian ? i : type.bytes - 1 - i;
    bits = bits << 8 | bytes[at];
  }
  return bits;
}

double real_value(int bytes, std::uint64_t bits) {
  if (bytes == 2) return num::decode_binary16(static_cast<std::uint16_t>(bits));
  if (bytes == 8) {
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }
  const auto low = static_cast<std::uint32_t>(bits);
  float value = 0;
  std::memcpy(&value, &low, sizeof value);
  return value;
}

template <typename Out>
Out decode(const ElementType& type, const unsigned char* bytes) {
  const std::uint64_t bits = load_bits(type, bytes);
  switch (type.kind) {
    case ElementType::Kind::boolean:
      return static_cast<Out>(bits != 0 ? 1 : 0);
    case ElementType::Kind::signed_integer: {
      const int unused = 64 - 8 * type.bytes;
      return static_cast<Out>(static_cast<std::int64_t>(bits << unused) >> unused);
    }
    case ElementType::Kind::unsigned_integer:
      if (std::is_integral_v<Out>) {
        return static_cast<Out>(std::min<std::uint64_t>(bits, std::numeric_limits<std::int64_t>::max()));
      }
      return static_cast<Out>(bits);
    case ElementType::Kind::real:
      return static_cast<Out>(real_value(type.bytes, bits));
  }
  return Out{};
}

/// From first-dimension-fastest to last-dimension-fastest.
template <typename T>
std::vector<T> row_major(const std::vector<T>& values, const std::vector<std::int64_t>& shape) {
  if (values.empty()) return {};  // a dimension is 0, the others are anything
  std::vector<T> result(values.size());
  std::vector<std::int64_t> at(shape.size(), 0);
  std::vector<std::int64_t> step(shape.size(), 1);
  for (std::size_t i = 1; i < shape.size(); ++i) step[i] = step[i - 1] * shape[i - 1];
  std::int64_t from = 0;
  for (T& value : result) {
    value = values[from];
    for (std::size_t i = shape.size(); i-- > 0;) {
      from += step[i];
      if (++at[i] < shape[i]) break;
      from -= step[i] * shape[i];
      at[i] = 0;
    }
  }
  return result;
}

template <typename Out>
std::vector<Out> read_values(ArrayFile& file) {
  const ElementType& type = file.header.type;
  std::vector<Out> values;
  std::vector<unsigned char> chunk(kChunkValues * type.bytes);
  for (std::int64_t done = 0; done < file.count;) {
    const std::size_t wanted =
        static_cast<std::size_t>(std::min<std::int64_t>(kChunkValues, file.count - done));
    const std::size_t got = file.source.read(chunk.data(), wanted * type.bytes);
    if (got != wanted * type.bytes) {
      throw fail(ExitCode::bad_input, "{}: truncated: shape {} of {} needs {} bytes of values, found {}",
                 file.source.path().string(), shape_text(file.header.shape), type.name(),
                 file.count * type.bytes, done * type.bytes + static_cast<std::int64_t>(got));
    }
    for (std::size_t i = 0; i < wanted; ++i)
      values.push_back(decode<Out>(type, chunk.data() + i * type.bytes));
    done += static_cast<std::int64_t>(wanted);
  }
  if (file.source.read(chunk.data(), 1) != 0) {
    throw fail(ExitCode::bad_input, "{}: the file goes on after the {} values of its shape {}",
               file.source.path().string(), file.count, shape_text(file.header.shape));
  }
  if (file.header.fortran_order && file.header.shape.size() > 1) return row_major(values, file.header.shape);
  return values;
}

}  // namespace

std::string ElementType::name() const {
  switch (kind) {
    case Kind::boolean:
      return "bool";
    case Kind::signed_integer:
      return fmt::format("int{}", 8 * bytes);
    case Kind::unsigned_integer:
      return fmt::format("uint{}", 8 * bytes);
    case Kind::real:
      break;
  }
  return fmt::format("float{}", 8 * bytes);
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  return shape.empty() ? "scalar" : fmt::format("{}", fmt::join(shape, " x "));
}

ArrayFile open_array(const std::filesystem::path& path) {
  ArrayFile file{ByteSource(path), {}, 0};
  unsigned char magic[6] = {};
  const std::size_t got = file.source.read(magic, 4);
  if (got == 0) throw fail(ExitCode::bad_input, "{}: the file is empty", path.string());
  if (got == 4 && magic[0] == 0 && magic[1] == 0 && magic[3] > 0) {
    file.header = read_idx_header(file.source, magic[2], magic[3]);
  } else if (got == 4 && file.source.read(magic + 4, 2) == 2 && std::memcmp(magic, "\x93NUMPY", 6) == 0) {
    file.header = read_npy_header(file.source);
  } else {
    throw fail(ExitCode::bad_input, "{}: neither a .npy nor an IDX file (gzipped or not)", path.string());
  }
  const std::optional<std::int64_t> count = product(file.header.shape);
  if (!count) {
    throw fail(ExitCode::bad_input, "{}: shape {} is negative or larger than 2^30 values", path.string(),
               shape_text(file.header.shape));
  }
  file.count = *count;
  return file;
}

std::vector<float> read_floats(ArrayFile& file) { return read_values<float>(file); }

std::vector<std::int64_t> read_integers(ArrayFile& file) { return read_values<std::int64_t>(file); }

}  // namespace dpwa::data
