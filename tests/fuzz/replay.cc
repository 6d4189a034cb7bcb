// SPDX-License-Identifier: Apache-2.0
//
// usage: <name>_fuzz FOLDER        gives every file of the folder to the target. NAME.hex is read as
// hexadecimal bytes. A crash, an exception other than dpwa::Error, 5 seconds or 1 GiB for one file end the
// process.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <string>
#include <vector>

#include "model/base/files.h"
#include "tests/fuzz/feed.h"

namespace {

namespace fs = std::filesystem;

constexpr unsigned kSeconds = 5;
constexpr rlim_t kBytes = rlim_t{1} << 30;

std::string from_hex(std::string text) {
  text.erase(std::remove_if(text.begin(), text.end(), [](unsigned char c) { return std::isspace(c) != 0; }),
             text.end());
  if (text.size() % 2 != 0) throw std::runtime_error("odd number of hexadecimal digits");
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    std::size_t digits = 0;
    bytes.push_back(static_cast<char>(std::stoi(text.substr(i, 2), &digits, 16)));
    if (digits != 2) throw std::runtime_error("not a hexadecimal digit: " + text.substr(i, 2));
  }
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
    return 2;
  }
  const rlimit limit{kBytes, kBytes};
  if (::setrlimit(RLIMIT_AS, &limit) != 0) return 1;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(argv[1])) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    std::printf("%s\n", file.filename().c_str());
    std::fflush(stdout);  // the last line names the file that ended the process
    std::string bytes = dpwa::read_file(file);
    if (file.extension() == ".hex") bytes = from_hex(bytes);
    ::alarm(kSeconds);
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    ::alarm(0);
  }
  return files.empty() ? 1 : 0;
}
