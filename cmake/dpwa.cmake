# SPDX-License-Identifier: Apache-2.0
# dpwa_library(name [DEPS lib...] [DEFINES NAME=VALUE...])   one static library from every .cc of this folder
# dpwa_test(name DEPS lib...)                                one GoogleTest executable from every *_test.cc of this folder

function(dpwa_library name)
  cmake_parse_arguments(ARG "" "" "DEPS;DEFINES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  if(sources)
    add_library(${name} STATIC ${sources})
    target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
    target_link_libraries(${name} PUBLIC ${ARG_DEPS})
    target_compile_definitions(${name} PUBLIC ${ARG_DEFINES})
  else()
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${name} INTERFACE ${ARG_DEPS})
    target_compile_definitions(${name} INTERFACE ${ARG_DEFINES})
  endif()
endfunction()

function(dpwa_test name)
  cmake_parse_arguments(ARG "" "" "DEPS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cc)
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE
    DPWA_SOURCE_DIR="${PROJECT_SOURCE_DIR}" DPWA_BINARY_DIR="${PROJECT_BINARY_DIR}")
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60)
endfunction()
