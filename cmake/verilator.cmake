# SPDX-License-Identifier: Apache-2.0
# dpwa_rtl_test(name BENCH bench.cc TOP module SOURCES file.v... [PARAMS NAME=VALUE...] [DEPS lib...])
#   One GoogleTest executable around one Verilated module: class Vdut, header "Vdut.h".
#   PARAMS become -G overrides of the top module and -D definitions TB_<NAME>=<VALUE> of the bench.
# dpwa_rtl_lint(module SOURCES file.v... [PARAMS NAME=VALUE...])
#   One test Lint.<module>: the module alone, with these parameters, in Verilator, Yosys and Icarus (scripts/lint_rtl.sh).

find_package(verilator 5 REQUIRED HINTS /usr/share/verilator /usr/local/share/verilator $ENV{VERILATOR_ROOT})

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
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_include_directories(${name} SYSTEM PRIVATE ${VERILATOR_ROOT}/include)
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gtest_main)
  # The project's warnings are for the bench; Verilator's own output would not pass them.
  set_target_properties(${name} PROPERTIES COMPILE_OPTIONS "-O1")
  set_source_files_properties(${ARG_BENCH} PROPERTIES COMPILE_OPTIONS "-Wall;-Wextra;-Werror")
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
