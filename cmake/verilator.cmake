# SPDX-License-Identifier: Apache-2.0
# dpwa_rtl_test(name BENCH bench.cc TOP module SOURCES file.v... [PARAMS NAME=VALUE...] [DEPS lib...])
#   One GoogleTest executable around one Verilated module: class Vdut, header "Vdut.h".
#   PARAMS become -G overrides of the top module and -D definitions TB_<NAME>=<VALUE> of the bench.
# dpwa_rtl_lint(module SOURCES file.v... [PARAMS NAME=VALUE...])
#   One test Lint.<module>: the module alone, with these parameters, in Verilator, Yosys and Icarus (scripts/lint_rtl.sh).

find_package(verilator 5 REQUIRED HINTS /usr/share/verilator /usr/local/share/verilator $ENV{VERILATOR_ROOT})

# Verilator's runtime, which verilate() would compile anew for every bench.
set(verilated_sources ${VERILATOR_ROOT}/include/verilated.cpp ${VERILATOR_ROOT}/include/verilated_threads.cpp)
if(NOT TARGET dpwa_verilated)
  find_package(Threads REQUIRED)
  add_library(dpwa_verilated STATIC EXCLUDE_FROM_ALL ${verilated_sources})
  target_include_directories(dpwa_verilated SYSTEM PUBLIC
    ${VERILATOR_ROOT}/include ${VERILATOR_ROOT}/include/vltstd)
  target_compile_definitions(dpwa_verilated PRIVATE VM_COVERAGE=0 VM_SC=0 VM_TRACE=0 VM_TRACE_FST=0 VM_TRACE_VCD=0)
  target_link_libraries(dpwa_verilated PUBLIC Threads::Threads)
  set_target_properties(dpwa_verilated PROPERTIES COMPILE_OPTIONS "-O1")
endif()

function(dpwa_rtl_test name)
  cmake_parse_arguments(ARG "" "BENCH;TOP" "SOURCES;PARAMS;DEPS" ${ARGN})
  add_executable(${name} ${ARG_BENCH})
  set(overrides "")
  foreach(param ${ARG_PARAMS})
    list(APPEND overrides -G${param})
    target_compile_definitions(${name} PRIVATE TB_${param})
  endforeach()
  verilate(${name} SOURCES ${ARG_SOURCES} TOP_MODULE ${ARG_TOP} PREFIX Vdut
    DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/${name}.dir
    VERILATOR_ARGS -Wall -O3 --assert --x-assign unique --x-initial unique ${overrides})
  get_target_property(sources ${name} SOURCES)
  list(REMOVE_ITEM sources ${verilated_sources})
  set_target_properties(${name} PROPERTIES SOURCES "${sources}")
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_include_directories(${name} SYSTEM PRIVATE ${VERILATOR_ROOT}/include)
  target_link_libraries(${name} PRIVATE dpwa_verilated ${ARG_DEPS} GTest::gtest_main)
  # The project's warnings are for the bench; Verilator's own output would not pass them. Its files are small and
  # include the same: one compilation for all of them.
  set_target_properties(${name} PROPERTIES COMPILE_OPTIONS "-O1" UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0)
  set_source_files_properties(${ARG_BENCH} PROPERTIES COMPILE_OPTIONS "-Wall;-Wextra;-Werror" SKIP_UNITY_BUILD_INCLUSION ON)
  gtest_discover_tests(${name} TEST_PREFIX ${name}. DISCOVERY_TIMEOUT 60)
endfunction()

function(dpwa_rtl_lint module)
  cmake_parse_arguments(ARG "" "" "SOURCES;PARAMS" ${ARGN})
  string(JOIN "," label ${ARG_PARAMS})
  if(label)
    string(PREPEND label ":")
  endif()
  add_test(NAME Lint.${module}${label}
    COMMAND ${PROJECT_SOURCE_DIR}/scripts/lint_rtl.sh ${module} ${ARG_PARAMS} ${ARG_SOURCES})
endfunction()
