/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A function for complete -F. bash parts words at `=`. Who takes keys takes a program.
 */
#include "snug/cli/completion/cases.h"

const struct snug_cases snug_cases_bash = {
    .head = "# Completion of snug " SNUG_VERSION " for bash: source this file.\n"
            "_snug() {\n"
            "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
            "    local key= options= keys=\n"
            "    COMPREPLY=()\n"
            "    if [ \"$COMP_CWORD\" = 1 ]; then\n"
            "        COMPREPLY=($(compgen -W '",
    .keys = "' -- \"$word\"))\n"
            "        return\n"
            "    fi\n"
            "    keys='",
    .commands = "'\n"
                "    case ${COMP_WORDS[1]} in\n",
    .options = ") options='",
    .all_keys = "' ;;\n",
    .no_keys = "' keys= ;;\n",
    .values = "    *) return ;;\n"
              "    esac\n"
              "    if [ \"$word\" = = ]; then\n"
              "        key=$before word=\n"
              "    elif [ \"$before\" = = ]; then\n"
              "        key=${COMP_WORDS[COMP_CWORD-2]}\n"
              "    elif [[ $before == --* ]]; then\n"
              "        key=$before\n"
              "    fi\n"
              "    case $key in\n"
              "    ",
    .files = ")\n"
             "        COMPREPLY=($(compgen -f -- \"$word\"))\n"
             "        return ;;\n"
             "    ",
    .processes =
        ")\n"
        "        COMPREPLY=($(compgen -W \"$(cd /proc && echo [0-9]*)\" -- \"$word\"))\n"
        "        return ;;\n",
    .words = ")\n"
             "        COMPREPLY=($(compgen -W '",
    .words_end = "' -- \"$word\"))\n"
                 "        return ;;\n",
    .tail = "    esac\n"
            "    if [[ $word == -* ]]; then\n"
            "        COMPREPLY=($(compgen -W \"$options $keys\" -- \"$word\"))\n"
            "        [ \"${#COMPREPLY[@]}\" != 1 ] || [[ $COMPREPLY != *= ]] || "
            "compopt -o nospace\n"
            "    elif [ -n \"$keys\" ]; then\n"
            "        COMPREPLY=($(compgen -c -f -- \"$word\"))\n"
            "    elif [ \"${COMP_WORDS[1]}\" = completion ]; then\n"
            "        COMPREPLY=($(compgen -W 'bash zsh fish' -- \"$word\"))\n"
            "    else\n"
            "        COMPREPLY=($(compgen -f -- \"$word\"))\n"
            "    fi\n"
            "}\n"
            "complete -F _snug snug\n",
};
