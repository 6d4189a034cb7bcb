# SPDX-License-Identifier: Apache-2.0
# dpwa_embed(target NAMESPACE ns FUNCTION name FILES file...)
#   Compiles the files into `target` as text: const std::vector<dpwa::EmbeddedFile>& ns::name(), sorted by path.
#   Paths are relative to the project. The same file, run with cmake -P, writes the C++ source.

if(NOT CMAKE_SCRIPT_MODE_FILE)
  set(DPWA_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

  function(dpwa_embed target)
    cmake_parse_arguments(ARG "" "NAMESPACE;FUNCTION" "FILES" ${ARGN})
    list(SORT ARG_FILES)
    set(output ${CMAKE_CURRENT_BINARY_DIR}/${ARG_FUNCTION}.cc)
    add_custom_command(OUTPUT ${output}
      COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DROOT=${PROJECT_SOURCE_DIR} -DNAMESPACE=${ARG_NAMESPACE}
              -DFUNCTION=${ARG_FUNCTION} "-DFILES=${ARG_FILES}" -P ${DPWA_EMBED_SCRIPT}
      DEPENDS ${ARG_FILES} ${DPWA_EMBED_SCRIPT}
      VERBATIM)
    target_sources(${target} PRIVATE ${output})
  endfunction()

  return()
endif()

file(WRITE ${OUTPUT}.partial "// Written by cmake/embed.cmake.
#include \"model/base/embedded.h\"

namespace ${NAMESPACE} {

const std::vector<EmbeddedFile>& ${FUNCTION}();

const std::vector<EmbeddedFile>& ${FUNCTION}() {
  static const std::vector<EmbeddedFile> files = {
")
foreach(file ${FILES})
  file(RELATIVE_PATH path ${ROOT} ${file})
  file(READ ${file} text)
  file(APPEND ${OUTPUT}.partial "      {\"${path}\", R\"dpwa_text(")
  file(APPEND ${OUTPUT}.partial "${text}")
  file(APPEND ${OUTPUT}.partial ")dpwa_text\"},\n")
endforeach()
file(APPEND ${OUTPUT}.partial "  };
  return files;
}

}  // namespace ${NAMESPACE}
")
file(RENAME ${OUTPUT}.partial ${OUTPUT})
