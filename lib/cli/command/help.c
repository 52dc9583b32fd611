/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What `--help` says. The keys come from the option table, so they cannot fall behind.
 */
#include <stdlib.h>

#include "snug/cli/command/help.h"
#include "snug/cli/command/page.h"
#include "snug/policy/meanings.h"

enum { ROW_BYTES = 512 };

static const char general[] =
    "Usage: snug COMMAND [OPTION...]\n"
    "\n"
    "Makes an unmodified Go program fit the CPUs and the memory of its container.\n"
    "\n"
    "Commands:\n"
    "  explain    show the facts, the policy and the plan, each with its reason\n"
    "  run        start a program under snug\n"
    "  check      look for mistakes in a policy file\n"
    "  stat       show what the kernel and snug have counted for a process or a cgroup\n"
    "  doctor     look for what is wrong with a process or a container, and say the mend\n"
    "  capture    keep what explain and doctor read, for elsewhere\n"
    "  copy       put libsnug.so and snug into a directory, as an init container does\n"
    "  completion print a script by which bash, zsh or fish completes all this\n"
    "\n"
    "Options:\n"
    "  --help         this text; snug COMMAND --help says more about a command\n"
    "  --help=keys    every policy key: values, default, meaning\n"
    "  --version      the version\n"
    "\n"
    "Any policy key is an option of explain, run and doctor: --cpu.round=down. The same "
    "key is\n"
    "SNUG_CPU_ROUND in the environment and cpu.round in the policy file (/etc/snug.conf).\n"
    "\n"
    "Exit status: 125 if snug itself fails, 126 if a program cannot be executed, 127 if\n"
    "it is not found; else 0, or that of the program.\n";

static const char explain[] =
    "Usage: snug explain [OPTION...] [--KEY=VALUE...] [--] [PROGRAM]\n"
    "\n"
    "Shows what was measured (facts), what was asked for (policy) and what snug would do\n"
    "(plan). Changes nothing. PROGRAM is not started, only its file is read; without it,\n"
    "a cgo Go program of the newest release is assumed.\n"
    "\n"
    "Options:\n"
    "  --root DIR       read /proc and /sys below DIR: a captured machine\n"
    "  --pid PID        explain that process\n"
    "  --policy FILE    read this policy file\n"
    "  --KEY=VALUE      set a policy key, as in --cpu.round=down\n"
    "  --seccomp FILE   say which calls of PROGRAM this seccomp profile would refuse\n"
    "  --all            show every policy key, not only those that are set\n"
    "  --diff           show only what snug changes\n"
    "  --json           for programs\n"
    "  --help           this text\n";

static const char run[] =
    "Usage: snug run [OPTION...] [--KEY=VALUE...] [--] PROGRAM [ARGUMENT...]\n"
    "\n"
    "Starts PROGRAM with libsnug.so in LD_PRELOAD. Into a static program nothing can be\n"
    "preloaded: if it is a Go program, snug traces its start until it has counted CPUs,\n"
    "and sets GOMEMLIMIT and GOGC for it, where the plan says so and the user did not.\n"
    "Where it cannot be traced, snug sets GOMAXPROCS. With --init and follow = on the\n"
    "memory limit of such a program is followed.\n"
    "\n"
    "Options:\n"
    "  --seccomp FILE   start PROGRAM under this seccomp profile (JSON, as for Docker,\n"
    "                   Kubernetes and runc)\n"
    "  --seccomp-log    log what the profile refuses, and refuse nothing\n"
    "  --init           stay as the program's init: hand signals on to its process group,\n"
    "                   reap orphans, end with its code\n"
    "    --single            hand signals on to PROGRAM alone, which ends its children\n"
    "                        itself\n"
    "    --grace SECONDS     SIGKILL so long after SIGTERM, SIGINT or SIGQUIT\n"
    "    --pdeathsig SIGNAL  what the death of the init's own parent is to be for it\n"
    "    --success CODE,…    exit codes that become 0\n"
    "    --warn-reaped       a line for each orphan that was reaped\n"
    "    --verbose           a line for each signal that was handed on\n"
    "  --pin            let PROGRAM use only the planned CPUs, for good\n"
    "  --policy FILE    read this policy file\n"
    "  --KEY=VALUE      set a policy key, as in --cpu.round=down\n"
    "  --help           this text\n";

static const char check[] =
    "Usage: snug check FILE\n"
    "\n"
    "Reads a policy file and says what is wrong in it, one line a problem. The exit\n"
    "status is 1 if there are problems.\n"
    "\n"
    "Options:\n"
    "  --help           this text\n";

static const char doctor[] =
    "Usage: snug doctor [OPTION...] [--KEY=VALUE...] [--] [PROGRAM]\n"
    "\n"
    "Looks for what is wrong with this container, a process or PROGRAM, which is not\n"
    "started. Each check says ok, note, warning, error, or why it was skipped; a warning\n"
    "says what follows from it and what mends it. Changes nothing.\n"
    "\n"
    "Options:\n"
    "  --pid PID        look at that process\n"
    "  --cgroup PATH    look at all Go programs in that cgroup and below it; shows "
    "warnings\n"
    "                   and errors, or all with --json; / is the whole machine\n"
    "  --root DIR       read /proc and /sys below DIR: a captured machine\n"
    "  --probe          connect to the process's ports too, and ask for /debug/pprof/\n"
    "  --for SECONDS    count throttling from now on, so long; else all of the past\n"
    "  --policy FILE    read this policy file\n"
    "  --KEY=VALUE      set a policy key, as in --cpu.round=down\n"
    "  --list           the names of all checks, and what they ask\n"
    "  --json           for programs\n"
    "  --help           this text\n"
    "\n"
    "Exit status: 0, 1 if there are warnings, 2 if there are errors; 125 if snug fails.\n";

static const char capture[] =
    "Usage: snug capture [OPTION...] DIR|FILE.tar|-\n"
    "\n"
    "Keeps the files that explain and doctor read of this container or of a process, in a\n"
    "new directory, a tar archive, or one to standard output. There explain --root and\n"
    "doctor --root say what they say here. Of the variables only those that steer snug, "
    "Go,\n"
    "malloc and the loader are kept; no memory, no command line, no program.\n"
    "\n"
    "Options:\n"
    "  --pid PID        of that process\n"
    "  --help           this text\n";

static const char copy[] =
    "Usage: snug copy [OPTION...] DIR\n"
    "\n"
    "Copies libsnug.so and this command into DIR, a directory that is there. Each becomes\n"
    "a new file that takes the name of the old one, so programs that use the old one go\n"
    "on. What is the same already is left as it is. Prints nothing.\n"
    "\n"
    "Options:\n"
    "  --may-fail       if it cannot be done, say why and end with 0: for an init "
    "container\n"
    "                   that is to stop no pod\n"
    "  --help           this text\n";

static const char completion[] =
    "Usage: snug completion bash|zsh|fish\n"
    "\n"
    "Prints a script by which the shell completes commands, options, policy keys and their "
    "words:\n"
    "  snug completion bash >/usr/share/bash-completion/completions/snug\n"
    "\n"
    "Options:\n"
    "  --help           this text\n";

static const char stat[] =
    "Usage: snug stat [OPTION...] [PID|FILE...]\n"
    "\n"
    "Shows what the kernel says of processes, of their cgroups, and of the cgroups that\n"
    "limit them: throttling, memory by kind, events, waiting; and what snug has counted "
    "in\n"
    "those that run with stats.file set. FILE is such a page, of a process that has ended\n"
    "too.\n"
    "\n"
    "Options:\n"
    "  --cgroup PATH        that cgroup, and all processes in it and below it: a path as "
    "in\n"
    "                       /proc/PID/cgroup, or a directory below /sys/fs/cgroup\n"
    "  --watch              again and again, until the processes have ended; on a "
    "terminal\n"
    "                       as bars and sparklines, which q ends\n"
    "  --interval SECONDS   between two looks (default: 1)\n"
    "  --all                show counters that are 0 as well\n"
    "  --json               for programs; with --watch one document after the other\n"
    "  --openmetrics        for collectors of metrics\n"
    "  --textfile FILE      for node_exporter: write metrics to FILE, in one step\n"
    "  --listen ADDRESS     serve metrics over HTTP, at /metrics: PORT (of 127.0.0.1),\n"
    "                       ADDRESS:PORT, [ADDRESS]:PORT or unix:PATH\n"
    "  --help               this text\n";

void snug_help_write(FILE *out)
{
    (void)fputs(general, out);
}

void snug_help_write_command(enum snug_command command, FILE *out)
{
    switch (command) {
    case SNUG_COMMAND_EXPLAIN:
        (void)fputs(explain, out);
        break;
    case SNUG_COMMAND_RUN:
        (void)fputs(run, out);
        break;
    case SNUG_COMMAND_CHECK:
        (void)fputs(check, out);
        break;
    case SNUG_COMMAND_STAT:
        (void)fputs(stat, out);
        break;
    case SNUG_COMMAND_DOCTOR:
        (void)fputs(doctor, out);
        break;
    case SNUG_COMMAND_CAPTURE:
        (void)fputs(capture, out);
        break;
    case SNUG_COMMAND_COPY:
        (void)fputs(copy, out);
        break;
    case SNUG_COMMAND_COMPLETION:
        (void)fputs(completion, out);
        break;
    case SNUG_COMMAND_END:
        break;
    }
}

/* The table writes values as Markdown, `auto` `off` N; a terminal needs no back-quotes. */
static void put_plain(struct snug_builder *out, const char *text)
{
    struct snug_text rest = snug_text_of(text);
    struct snug_text part;
    while (snug_text_cut(&rest, '`', &part))
        snug_text_put_slice(out, part);
}

void snug_help_write_keys(FILE *out)
{
    for (size_t i = 0; i < SNUG_N_KEYS; i++) {
        const struct snug_option *option = &snug_options[i];
        char row[ROW_BYTES];

        struct snug_builder text = snug_text_build(row, sizeof row);
        put_plain(&text, snug_meanings[i].values);
        snug_text_put(&text, "  (default: ");
        snug_text_put(&text, option->initial);
        snug_text_put(&text, ")");
        snug_page_write_row(out, option->name, row);

        text = snug_text_build(row, sizeof row);
        put_plain(&text, snug_meanings[i].text);
        snug_page_write_row(out, "", row);
    }
}

const char *snug_help_name(enum snug_command command)
{
    switch (command) {
    case SNUG_COMMAND_EXPLAIN:
        return "explain";
    case SNUG_COMMAND_RUN:
        return "run";
    case SNUG_COMMAND_STAT:
        return "stat";
    case SNUG_COMMAND_DOCTOR:
        return "doctor";
    case SNUG_COMMAND_CAPTURE:
        return "capture";
    case SNUG_COMMAND_COPY:
        return "copy";
    case SNUG_COMMAND_COMPLETION:
        return "completion";
    case SNUG_COMMAND_END:
    case SNUG_COMMAND_CHECK:
        break;
    }
    return "check";
}

int snug_help_complain(enum snug_command command, const char *complaint)
{
    const char *name = snug_help_name(command);
    char *text;
    if (asprintf(&text, "snug %s: %s; see 'snug %s --help'", name, complaint, name) < 0)
        return SNUG_EXIT_FAILURE;
    snug_page_write_line(stderr, text);
    free(text);
    return SNUG_EXIT_FAILURE;
}

bool snug_help_parse(enum snug_command command, char *const *argv,
                     struct snug_arguments *ret, int *ret_status)
{
    char complaint[SNUG_COMPLAINT_BYTES];
    if (snug_arguments_parse(command, argv, sizeof complaint, complaint, ret) < 0) {
        *ret_status = snug_help_complain(command, complaint);
        return false;
    }
    if (ret->is_help) {
        snug_help_write_command(command, stdout);
        *ret_status = 0;
    }
    return !ret->is_help;
}
