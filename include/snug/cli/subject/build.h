/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How a Go program was built and of which modules, as its build information says, which
 * `go version -m` prints.
 */
#pragma once

#include "snug/base/text.h"
#include "snug/cli/subject/functions.h"

enum { SNUG_BUILD_TEXT_BYTES = 192 };

/* Modules of whose functions something is known, or that are told by their version. */
enum {
    SNUG_MODULE_CHI = 1 << 0,
    SNUG_MODULE_CLIENT_GO = 1 << 1,
    SNUG_MODULE_GOBGP = 1 << 2,
    SNUG_MODULE_OLD_GOBGP = 1 << 3, /* Before v4. */
};

/* What is not said there is "no" or 0. Texts are cut. */
struct snug_build {
    bool is_known;     /* There is information about modules. */
    bool has_settings; /* And about how it was built; from Go 1.18 on. */
    bool has_race;     /* -race */
    bool has_profile;  /* -pgo: it was optimised by a profile. */
    bool is_trimmed;   /* -trimpath */
    unsigned n_modules;
    unsigned modules;                /* Those of above that are among them. */
    struct snug_functions functions; /* Looked for where chi or client-go is. */
    unsigned n_replaced;
    char replaced[SNUG_BUILD_TEXT_BYTES]; /* The first: `PATH by OTHER`. */
    char mixed[SNUG_BUILD_TEXT_BYTES];    /* Two that do not go together; "": none. */
    bool has_seccomp;                     /* libseccomp's binding is built in, */
    bool has_numbers;    /* and golang.org/x/sys, with system call numbers of its own. */
    unsigned n_defaults; /* Of GODEBUG, for a go line that is older. */
    char defaults[SNUG_BUILD_TEXT_BYTES]; /* The first of them: `a=1, b=0`. */
};

/* `module` is the text of the module information; absent if there is none. */
void snug_build_read(struct snug_text module, struct snug_build *ret);
