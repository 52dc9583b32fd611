/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the program is made of, by its build information, and never by its source. Most of
 * it is told and not mended: a rebuild is.
 */
#include <stdio.h>

#include "snug/cli/command/figures.h"
#include "snug/cli/doctor/checks.h"
#include "snug/cli/doctor/entrance.h"

enum { LIMITS_MINOR = 25, NO_MORE_FIXES_MINOR = 25, ANY = 9999 };

/* Libraries that set GOMAXPROCS. */
enum { COUNTERS = SNUG_LIBRARY_AUTOMAXPROCS | SNUG_LIBRARY_GOMAXECS };

static const char told[] = "This is told and not mended.";

static const struct snug_program *program_of(const struct snug_patient *patient)
{
    return &patient->subject->facts.program;
}

static const struct snug_build *build_of(const struct snug_patient *patient)
{
    return &patient->subject->executable.build;
}

/* Whether there is nothing to look at; says why then. */
static bool is_nothing(const struct snug_patient *patient, bool needs_modules,
                       struct snug_finding *ret)
{
    const char *reason = snug_patient_lacks(patient, needs_modules);
    if (reason)
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "%s", reason);
    return reason;
}

/* Troubles of releases that meet programs in containers, from one patch to another. */
static const struct trouble {
    unsigned minor;
    unsigned first;
    unsigned last;
    unsigned issue;
    bool needs_partial_mount; /* Only where the cgroup's mount is not the whole tree. */
    const char *text;
} troubles[] = {
    {21, 0, 0, 61718, false, "threads stall where huge pages are scarce (MADV_HUGEPAGE)"},
    {21, 1, 3, 63334, false, "threads stall where huge pages are made (MADV_COLLAPSE)"},
    {23, 0, 1, 69210, false,
     "package unique, which net/netip uses, may end the program: \"found pointer to free "
     "object\""},
    {25, 0, ANY, 76390, true, "the CPU limit is not found, as cgroups are mounted here"},
};

/* `go1.22.12`: 12. ANY, which only open ranges have, if there is none: `go1.27rc1`. */
static unsigned patch_of(const struct snug_program *program)
{
    struct snug_text rest = snug_text_of(program->go_version);
    struct snug_text part;
    uint64_t ret;
    if (!snug_text_cut(&rest, '.', &part) || !snug_text_cut(&rest, '.', &part))
        return ANY;
    if (!rest.at) /* The first of a minor was called `go1.20`. */
        return snug_text_u64(part, &ret) == 0 ? 0 : ANY;
    size_t n = 0;
    while (n < rest.n && rest.at[n] >= '0' && rest.at[n] <= '9')
        n++;
    return snug_text_u64((struct snug_text){rest.at, n}, &ret) == 0 && ret < ANY
               ? (unsigned)ret
               : ANY;
}

/* Then it does not matter whether Go finds the CPU limit. */
static bool is_count_set(const struct snug_patient *patient)
{
    return patient->subject->facts.variables.gomaxprocs != SNUG_OWNER_NOBODY ||
           program_of(patient)->libraries & COUNTERS;
}

static const struct trouble *find_trouble(const struct snug_patient *patient)
{
    const struct snug_program *program = program_of(patient);
    const struct snug_cpu_facts *cpu = &patient->subject->facts.cpu;
    const unsigned patch = patch_of(program);
    for (size_t i = 0; i < sizeof troubles / sizeof *troubles; i++) {
        const struct trouble *trouble = &troubles[i];
        if (program->go_minor == trouble->minor && patch >= trouble->first &&
            patch <= trouble->last &&
            (!trouble->needs_partial_mount ||
             (cpu->own.kind == SNUG_SET && !cpu->is_mounted_whole &&
              !snug_entrance_is_used(patient) && !is_count_set(patient))))
            return trouble;
    }
    return NULL;
}

static void look_at_release(const struct snug_patient *patient, struct snug_finding *ret)
{
    if (is_nothing(patient, false, ret))
        return;
    const struct snug_program *program = program_of(patient);
    const struct trouble *trouble = find_trouble(patient);
    if (trouble) {
        snug_finding_see(ret, SNUG_GRADE_WARNING, "of %s it is known: %s (golang/go#%u)",
                         program->go_version, trouble->text, trouble->issue);
        if (trouble->needs_partial_mount) {
            snug_finding_follow(ret,
                                "Go counts all CPUs. Go 1.26 finds the limit, and snug "
                                "does.");
            snug_entrance_mend(patient, ret);
        } else {
            snug_finding_follow(ret, "Go 1.%u.%u and newer have it no more. %s",
                                trouble->minor, trouble->last + 1, told);
        }
    } else if (program->go_minor <= NO_MORE_FIXES_MINOR) {
        snug_finding_see(ret, SNUG_GRADE_NOTE,
                         "it is %s: since Go 1.%u is out, Go 1.%u gets no more fixes",
                         program->go_version, program->go_minor + 2, program->go_minor);
        snug_finding_follow(ret, "Those for security are among them. %s", told);
    } else {
        snug_finding_see(ret, SNUG_GRADE_OK, "of %s no trouble is known to snug",
                         program->go_version);
    }
}

/* Whether the process counts more CPUs than its limit has, for want of Go's own look. */
static bool counts_too_many(const struct snug_patient *patient)
{
    const struct snug_cpu_facts *cpu = &patient->subject->facts.cpu;
    return patient->has_process && patient->condition.has_maps &&
           !snug_entrance_is_used(patient) && cpu->limit.kind == SNUG_SET &&
           snug_figures_milli(&cpu->limit) < cpu->n_allowed * (uint64_t)1000;
}

static void look_at_line(const struct snug_patient *patient, struct snug_finding *ret)
{
    if (is_nothing(patient, false, ret))
        return;
    const struct snug_program *program = program_of(patient);
    const struct snug_variable_facts *variables = &patient->subject->facts.variables;
    const enum snug_answer asked = variables->container_maxprocs;
    if (program->go_minor < LIMITS_MINOR) {
        snug_finding_see(ret, SNUG_GRADE_OK,
                         "Go 1.%u reads no CPU limit, whatever go.mod says; snug does",
                         program->go_minor);
    } else if (asked == SNUG_NO) {
        snug_finding_see(ret, SNUG_GRADE_OK, "GODEBUG says that Go is not to read it");
    } else if (asked == SNUG_YES) {
        snug_finding_see(ret, SNUG_GRADE_OK, "GODEBUG says that Go is to read it");
    } else if (program->follows_container == SNUG_MAYBE) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "it does not say of what it was built");
    } else if (program->follows_container == SNUG_YES) {
        snug_finding_see(ret, SNUG_GRADE_OK, "Go reads the CPU limit of its own cgroup");
    } else if (variables->gomaxprocs != SNUG_OWNER_NOBODY) {
        snug_finding_see(ret, SNUG_GRADE_OK, "it does not, and GOMAXPROCS says the count");
    } else if (program->libraries & COUNTERS) {
        snug_finding_see(ret, SNUG_GRADE_OK, "it does not, and a library sets GOMAXPROCS");
    } else {
        snug_finding_see(ret,
                         counts_too_many(patient) ? SNUG_GRADE_WARNING : SNUG_GRADE_NOTE,
                         "Go 1.%u would read the CPU limit, but go.mod asks for a release "
                         "before 1.25",
                         program->go_minor);
        snug_finding_follow(ret,
                            "So Go counts all CPUs, as before. A line \"go 1.25\" in "
                            "go.mod, GODEBUG or snug changes that. What a GODEBUG that "
                            "is set says already has to stay in it.");
        snug_finding_mend(ret, SNUG_PLACE_ENVIRONMENT,
                          "GODEBUG=containermaxprocs=1,updatemaxprocs=1");
    }
}

static void look_at_defaults(const struct snug_patient *patient, struct snug_finding *ret)
{
    if (is_nothing(patient, true, ret))
        return;
    const struct snug_build *build = build_of(patient);
    if (!build->defaults[0]) {
        snug_finding_see(ret, SNUG_GRADE_OK, "it behaves as its release does");
        return;
    }
    unsigned n_shown = 1;
    for (const char *at = build->defaults; *at; at++)
        n_shown += *at == ',';
    char more[32] = "";
    if (build->n_defaults > n_shown)
        (void)snprintf(more, sizeof more, " and %u more", build->n_defaults - n_shown);
    snug_finding_see(ret, SNUG_GRADE_NOTE,
                     "by go.mod or //go:debug it has other ways: %s%s", build->defaults,
                     more);
    snug_finding_follow(
        ret, "If its go line is older, those of TLS and certificates may be among them. %s",
        told);
}

static void look_at_sizers(const struct snug_patient *patient, struct snug_finding *ret)
{
    if (is_nothing(patient, true, ret))
        return;
    const unsigned libraries = program_of(patient)->libraries;
    const struct snug_variable_facts *variables = &patient->subject->facts.variables;
    const bool counts = libraries & COUNTERS && variables->gomaxprocs != SNUG_OWNER_USER;
    const bool sizes = libraries & SNUG_LIBRARY_AUTOMEMLIMIT &&
                       variables->gomemlimit != SNUG_OWNER_USER &&
                       !variables->is_automemlimit_off;
    char names[128];
    struct snug_builder out = snug_text_build(names, sizeof names);
    for (unsigned bit = 0; snug_figures_library(bit); bit++)
        if (libraries >> bit & 1) {
            snug_text_put(&out, out.n ? ", " : "");
            snug_text_put(&out, snug_figures_library(bit));
        }
    if (!libraries) {
        snug_finding_see(ret, SNUG_GRADE_OK, "no library that snug knows sizes it");
        return;
    }
    if (!counts && !sizes) {
        snug_finding_see(ret, SNUG_GRADE_OK, "%s is built in, and a variable wins", names);
        return;
    }
    snug_finding_see(ret, SNUG_GRADE_NOTE, "%s is built in, and wins for %s%s%s", names,
                     counts ? "GOMAXPROCS" : "", counts && sizes ? " and " : "",
                     sizes ? "GOMEMLIMIT" : "");
    snug_finding_follow(
        ret,
        "A library sets it when the program begins, after Go and after "
        "snug.%s",
        libraries & SNUG_LIBRARY_AUTOMAXPROCS && counts
            ? " automaxprocs reads the limit of the own cgroup alone, once, "
              "and rounds it down."
            : "");
    if (libraries & SNUG_LIBRARY_AUTOMAXPROCS && counts && patient->advice.cpu.count)
        snug_finding_mend(ret, SNUG_PLACE_ENVIRONMENT, "GOMAXPROCS=%u",
                          patient->advice.cpu.count);
}

static void look_at_modules(const struct snug_patient *patient, struct snug_finding *ret)
{
    if (is_nothing(patient, true, ret))
        return;
    const struct snug_build *build = build_of(patient);
    if (build->mixed[0]) {
        snug_finding_see(ret, SNUG_GRADE_NOTE, "%s do not go together", build->mixed);
        snug_finding_follow(ret,
                            "They are made and tested by one vendor for the same "
                            "version, or do the same twice. %s",
                            told);
    } else if (build->n_replaced) {
        snug_finding_see(ret, SNUG_GRADE_NOTE, "%u of %u modules %s replaced%s %s",
                         build->n_replaced, build->n_modules,
                         build->n_replaced == 1 ? "is" : "are",
                         build->n_replaced == 1 ? ":" : ", the first:", build->replaced);
        snug_finding_follow(ret,
                            "What is known of the version that is named need not hold "
                            "for what is there. %s",
                            told);
    } else {
        snug_finding_see(ret, SNUG_GRADE_OK, "%u %s, and none is replaced",
                         build->n_modules, build->n_modules == 1 ? "module" : "modules");
    }
}

static void look_at_seccomp(const struct snug_patient *patient, struct snug_finding *ret)
{
    if (is_nothing(patient, true, ret))
        return;
    const struct snug_build *build = build_of(patient);
    if (!build->has_seccomp) {
        snug_finding_see(ret, SNUG_GRADE_OK, "no binding of libseccomp is built in");
    } else if (!build->has_numbers) {
        snug_finding_see(ret, SNUG_GRADE_OK, "libseccomp alone numbers system calls");
    } else if (patient->subject->plan.seccomp.is_guarded) {
        snug_finding_see(ret, SNUG_GRADE_OK,
                         "libseccomp-golang stands beside golang.org/x/sys, and "
                         "seccomp.guard looks at filters");
    } else {
        snug_finding_see(ret, SNUG_GRADE_NOTE,
                         "libseccomp-golang is built in beside golang.org/x/sys");
        snug_finding_follow(ret,
                            "Each has a table of system calls, of another age. Numbers "
                            "of the one in filters of the other may mean other calls, "
                            "or none. seccomp.guard tells which a filter refuses.");
        snug_finding_mend(ret, SNUG_PLACE_POLICY, "seccomp.guard = audit");
    }
}

static void look_at_race(const struct snug_patient *patient, struct snug_finding *ret)
{
    if (is_nothing(patient, true, ret))
        return;
    const struct snug_build *build = build_of(patient);
    if (!build->has_settings) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "it does not say how it was built");
    } else if (!build->has_race) {
        snug_finding_see(ret, SNUG_GRADE_OK, "it is not");
    } else {
        snug_finding_see(ret, SNUG_GRADE_WARNING, "it was built with -race");
        snug_finding_follow(ret,
                            "Memory grows five to ten times, and time two to twenty "
                            "times. %s",
                            told);
    }
}

static void look_at_flags(const struct snug_patient *patient, struct snug_finding *ret)
{
    if (is_nothing(patient, true, ret))
        return;
    const struct snug_build *build = build_of(patient);
    if (!build->has_settings)
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "it does not say how it was built");
    else
        snug_finding_see(ret, SNUG_GRADE_OK, "%s profile (-pgo), paths %s (-trimpath)",
                         build->has_profile ? "optimised by a" : "without a",
                         build->is_trimmed ? "cut" : "of where it was built");
}

static const struct snug_check checks[] = {
    {"build.release", "Has its Go release a trouble that is known?", look_at_release},
    {"build.line", "Does its go.mod let Go read the CPU limit?", look_at_line},
    {"build.defaults", "Does it behave as its Go release does?", look_at_defaults},
    {"build.sizers", "Does a library set GOMAXPROCS or GOMEMLIMIT?", look_at_sizers},
    {"build.modules", "Are its modules what they are called, and fit together?",
     look_at_modules},
    {"build.seccomp", "Do two tables of system calls meet in it?", look_at_seccomp},
    {"build.race", "Is the race detector built in?", look_at_race},
    {"build.flags", "By a profile, and with which paths was it built?", look_at_flags},
};

const struct snug_family snug_build_checks = {checks, sizeof checks / sizeof *checks};
