/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A function for compinit, which takes it from a file named _snug, or is told when the
 * script is sourced. Who takes keys takes a program.
 */
#include "snug/cli/completion/cases.h"

const struct snug_cases snug_cases_zsh = {
    .head = "#compdef snug\n"
            "# Completion of snug " SNUG_VERSION
            " for zsh: name this _snug, in a directory of fpath.\n"
            "_snug() {\n"
            "    local word=$words[CURRENT] before=$words[CURRENT-1] key=\n"
            "    local -a options keys\n"
            "    if (( CURRENT == 2 )); then\n"
            "        compadd --",
    .keys = "\n"
            "        return\n"
            "    fi\n"
            "    keys=(",
    .commands = ")\n"
                "    case $words[2] in\n",
    .options = ") options=(",
    .all_keys = ") ;;\n",
    .no_keys = ") keys=() ;;\n",
    .values = "    *) return 1 ;;\n"
              "    esac\n"
              "    if [[ $word == --*=* ]]; then\n"
              "        key=${word%%=*}\n"
              "        compset -P '*='\n"
              "    elif [[ $before == --* ]]; then\n"
              "        key=$before\n"
              "    fi\n"
              "    case $key in\n"
              "    ",
    .files = ")\n"
             "        _files\n"
             "        return ;;\n"
             "    ",
    .processes = ")\n"
                 "        compadd -- /proc/[0-9]*(N:t)\n"
                 "        return ;;\n",
    .words = ")\n"
             "        compadd -- ",
    .words_end = "\n"
                 "        return ;;\n",
    .tail = "    esac\n"
            "    if [[ $word == -* ]]; then\n"
            "        compadd -- $options\n"
            "        compadd -S '' -- $keys\n"
            "    elif (( $#keys )); then\n"
            "        _command_names -e\n"
            "        _files\n"
            "    elif [[ $words[2] == completion ]]; then\n"
            "        compadd -- bash zsh fish\n"
            "    else\n"
            "        _files\n"
            "    fi\n"
            "}\n"
            "if [[ $funcstack[1] == _snug ]]; then\n"
            "    _snug \"$@\"\n"
            "else\n"
            "    compdef _snug snug\n"
            "fi\n",
};
