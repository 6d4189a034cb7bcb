// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/invocation.h"

#include "model/base/files.h"
#include "model/base/process.h"
#include "tests/base/temporary_directory.h"

namespace dpwa::cli {

Invocation invoke(const std::vector<std::string>& arguments, const std::string& standard_output,
                  const std::vector<std::string>& prefix) {
  const TemporaryDirectory directory;
  const std::string captured = (directory.path() / "out").string();
  const std::string errors = (directory.path() / "err").string();
  const std::string out = standard_output.empty() ? captured : standard_output;
  // The shell only redirects; "$@" keeps every argument as it is.
  Process process{
      {"sh", "-c", "out=$1; err=$2; shift 2; exec \"$@\" >\"$out\" 2>\"$err\"", "sh", out, errors}, {}, {}};
  process.arguments.insert(process.arguments.end(), prefix.begin(), prefix.end());
  process.arguments.push_back(DPWA_EXECUTABLE);
  process.arguments.insert(process.arguments.end(), arguments.begin(), arguments.end());
  Invocation result;
  result.exit_code = run(process);
  result.err = read_file(errors);
  if (standard_output.empty()) result.out = read_file(captured);
  return result;
}

}  // namespace dpwa::cli
