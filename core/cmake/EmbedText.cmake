# cmake -DINPUT=.. -DOUTPUT=.. -DSYMBOL=.. -P EmbedText.cmake
file(READ ${INPUT} hex HEX)
string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${hex}")
file(WRITE ${OUTPUT} "#pragma once\n#include <string_view>\n\ninline constexpr char ${SYMBOL}_bytes[] = {${bytes}'\\0'};\ninline constexpr std::string_view ${SYMBOL}{${SYMBOL}_bytes, sizeof(${SYMBOL}_bytes) - 1};\n")
