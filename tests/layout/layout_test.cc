// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/layout/rules.h"

namespace dpwa::layout {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const std::vector<SourceFile>& repository() {
  static const std::vector<SourceFile> files = all_files(DPWA_SOURCE_DIR);
  return files;
}

Findings over_all(Findings (*rule)(const SourceFile&)) {
  Findings all;
  for (const SourceFile& file : repository()) {
    for (const std::string& finding : rule(file)) all.push_back(finding);
  }
  return all;
}

constexpr const char* kLicence = "// SPDX-License-Identifier: Apache-2.0\n";

// The repository itself.

TEST(Layout, RepositoryWasFound) { EXPECT_GT(repository().size(), 20u); }
TEST(Layout, EverySourceFileHasALicenceLine) { EXPECT_THAT(over_all(check_licence), IsEmpty()); }
TEST(Layout, EverythingIsAscii) { EXPECT_THAT(over_all(check_ascii), IsEmpty()); }
TEST(Layout, NoMachinePaths) { EXPECT_THAT(over_all(check_machine_paths), IsEmpty()); }
TEST(Layout, FilesAreSmall) { EXPECT_THAT(over_all(check_size), IsEmpty()); }
TEST(Layout, NothingUnfinished) { EXPECT_THAT(over_all(check_words), IsEmpty()); }
TEST(Layout, NoMacros) { EXPECT_THAT(over_all(check_macros), IsEmpty()); }
TEST(Layout, RtlIsOneModulePerFile) { EXPECT_THAT(over_all(check_verilog), IsEmpty()); }

TEST(Layout, IncludesFollowTheLinkedLibraries) {
  const Dependencies dependencies = read_dependencies(repository());
  EXPECT_GT(dependencies.size(), 10u);
  Findings all;
  for (const SourceFile& file : repository()) {
    for (const std::string& finding : check_includes(file, dependencies)) all.push_back(finding);
  }
  EXPECT_THAT(all, IsEmpty());
}

TEST(Layout, LayersHold) { EXPECT_THAT(check_layers(read_dependencies(repository())), IsEmpty()); }

// Each rule finds what it is for.

TEST(LayoutRule, Licence) {
  EXPECT_THAT(check_licence({"a.cc", "int x;\n"}), SizeIs(1));
  EXPECT_THAT(check_licence({"a.cc", kLicence}), IsEmpty());
  EXPECT_THAT(check_licence({"a.md", "text\n"}), IsEmpty());
}

TEST(LayoutRule, Ascii) {
  EXPECT_THAT(check_ascii({"a.md", "caf\xc3\xa9\n"}), SizeIs(1));
  EXPECT_THAT(check_ascii({"a.md", "no newline"}), SizeIs(1));
  EXPECT_THAT(check_ascii({"a.cc", "\tx\n"}), SizeIs(1));
  EXPECT_THAT(check_ascii({"a.bin", "\xff"}), IsEmpty());
}

TEST(LayoutRule, MachinePaths) {
  EXPECT_THAT(check_machine_paths({"a.sh", std::string("cd /") + "home/me\n"}), SizeIs(1));
  EXPECT_THAT(check_machine_paths({"a.sh", "cd /usr/share/datasets; cd tests/work/x\n"}), IsEmpty());
}

TEST(LayoutRule, Size) {
  EXPECT_THAT(check_size({"a.bin", std::string((1 << 20) + 1, 'x')}), SizeIs(1));
  EXPECT_THAT(check_size({"a.v", std::string(276, '\n')}), SizeIs(1));
  EXPECT_THAT(check_size({"a.v", std::string(275, '\n')}), IsEmpty());
  EXPECT_THAT(check_size({"a.cc", std::string(441, '\n')}), SizeIs(1));
}

TEST(LayoutRule, Words) {
  EXPECT_THAT(check_words({"a.cc", std::string("// TO") + "DO: later\n"}), SizeIs(1));
  EXPECT_THAT(check_words({"a.cc", "// nothing to do\n"}), IsEmpty());
}

TEST(LayoutRule, Macros) {
  EXPECT_THAT(check_macros({"a.h", std::string("#") + "define X 1\n"}), SizeIs(1));
  EXPECT_THAT(check_macros({"a.v", "`define X 1\n"}), IsEmpty());
}

TEST(LayoutRule, Verilog) {
  const std::string good = "`default_nettype none\nmodule a (\n);\nendmodule\n`default_nettype wire\n";
  EXPECT_THAT(check_verilog({"rtl/arith/a.v", good}), IsEmpty());
  EXPECT_THAT(check_verilog({"rtl/arith/b.v", good}), SizeIs(1));
  EXPECT_THAT(check_verilog({"rtl/arith/a.v", good + "module c;\nendmodule\n"}), SizeIs(1));
  EXPECT_THAT(check_verilog({"rtl/arith/a.v", "module a;\nendmodule\n"}), SizeIs(1));
  EXPECT_THAT(check_verilog({"rtl/arith/a.cc", ""}), SizeIs(1));
}

std::vector<SourceFile> small_project(const std::string& golden_deps) {
  return {{"model/base/CMakeLists.txt", "dpwa_library(b DEPS fmt z)\n"},
          {"model/golden/CMakeLists.txt", "dpwa_library(g DEPS " + golden_deps + ")\n"},
          {"gen/lower/CMakeLists.txt", "dpwa_library(l DEPS b)\n"}};
}

TEST(LayoutRule, IncludesNeedADependency) {
  const Dependencies dependencies = read_dependencies(small_project("b"));
  EXPECT_THAT(check_includes({"model/golden/a.cc", "#include \"model/base/error.h\"\n"}, dependencies),
              IsEmpty());
  EXPECT_THAT(check_includes({"model/golden/a.cc", "#include \"gen/lower/image.h\"\n"}, dependencies),
              ElementsAre(HasSubstr("gen/lower/image.h")));
}

TEST(LayoutRule, GoldenAndGeneratorNeverMeet) {
  EXPECT_THAT(check_layers(read_dependencies(small_project("b"))), IsEmpty());
  EXPECT_THAT(check_layers(read_dependencies(small_project("l"))),
              ElementsAre("model/golden must not reach gen/lower"));
}

}  // namespace
}  // namespace dpwa::layout
