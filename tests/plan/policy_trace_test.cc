// SPDX-License-Identifier: Apache-2.0
#include "model/plan/policy_trace.h"

#include <gtest/gtest.h>

#include "model/base/error.h"
#include "tests/base/temporary_directory.h"

namespace dpwa::plan {
namespace {

net::Network two_nodes() {
  net::Network network;
  network.tensors.resize(3);
  network.nodes.resize(2);
  network.nodes[0].name = "conv, \"first\"";
  network.nodes[0].output = 1;
  network.nodes[1].name = "/fc/Gemm";
  network.nodes[1].output = 2;
  return network;
}

TEST(PolicyTrace, IsOneLinePerDecisionInOrder) {
  const TemporaryDirectory directory;
  const net::Network network = two_nodes();
  PolicyTrace trace(directory.path() / "trace.csv", network);
  trace.add({decisions({2, 0}, {}), decisions({1, 2}, {1, 0}), decisions({4}, {})});
  trace.add({decisions({1, 1}, {}), decisions({0, 0}, {0, 2}), decisions({3}, {})});
  EXPECT_FALSE(std::filesystem::exists(directory.path() / "trace.csv")) << "whole or not at all";
  trace.commit();
  EXPECT_EQ(read_file(directory.path() / "trace.csv"),
            "image,node,tile,planes,class\n"
            "0,(input),0,2,0\n0,(input),1,0,0\n0,\"conv, \"\"first\"\"\",0,1,1\n"
            "0,\"conv, \"\"first\"\"\",1,2,0\n0,/fc/Gemm,0,4,0\n"
            "1,(input),0,1,0\n1,(input),1,1,0\n1,\"conv, \"\"first\"\"\",0,0,0\n"
            "1,\"conv, \"\"first\"\"\",1,0,2\n1,/fc/Gemm,0,3,0\n");
}

TEST(PolicyTrace, LeavesNothingWhenItIsNotFinished) {
  const TemporaryDirectory directory;
  const net::Network network = two_nodes();
  { PolicyTrace(directory.path() / "trace.csv", network).add({decisions({2}, {}), {}, {}}); }
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
  EXPECT_THROW(PolicyTrace(directory.path() / "no/trace.csv", network), Error);
}

}  // namespace
}  // namespace dpwa::plan
