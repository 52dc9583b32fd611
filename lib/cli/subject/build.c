/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Lines with fields that tabs part: `mod`, `dep`, and `=>` behind a module that is
 * replaced, have path and version; `build` has NAME=VALUE.
 */
#include "snug/cli/subject/build.h"

#include <stddef.h>
#include <string.h>

/* Modules of one vendor that are released together: their versions have the same number of
 * this place. Those below `prefix` that are called otherwise go their own way. */
struct vendor {
    const char *prefix;
    const char *names[12];
};

static const struct vendor vendors[] = {
    {"k8s.io/",
     {"api", "apiextensions-apiserver", "apimachinery", "apiserver", "cli-runtime",
      "client-go", "cloud-provider", "component-base", "component-helpers",
      "controller-manager", "kubectl"}},
    {"go.opentelemetry.io/otel", {"", "/metric", "/sdk", "/trace"}},
};

enum { N_VENDORS = sizeof vendors / sizeof *vendors };

/* Two generations of the same thing. */
static const char *const generations[][2] = {
    {"github.com/aws/aws-sdk-go", "github.com/aws/aws-sdk-go-v2"},
    {"github.com/Azure/azure-sdk-for-go", "github.com/Azure/azure-sdk-for-go/sdk/azcore"},
};

enum { N_GENERATIONS = sizeof generations / sizeof *generations };

/* Modules that are looked at by themselves. */
static const struct known {
    unsigned bit;
    const char *path;
} known[] = {
    {SNUG_MODULE_CHI, "github.com/go-chi/chi"},
    {SNUG_MODULE_CHI, "github.com/go-chi/chi/v5"},
    {SNUG_MODULE_CLIENT_GO, "k8s.io/client-go"},
    {SNUG_MODULE_GOBGP, "github.com/osrg/gobgp/v4"},
    {SNUG_MODULE_OLD_GOBGP, "github.com/osrg/gobgp"},
    {SNUG_MODULE_OLD_GOBGP, "github.com/osrg/gobgp/v3"},
};

struct module {
    struct snug_text path;
    struct snug_text version;
};

static bool is_of(const struct vendor *vendor, struct snug_text path)
{
    const size_t n = snug_text_of(vendor->prefix).n;
    if (!snug_text_starts(path, vendor->prefix))
        return false;
    const struct snug_text name = {path.at + n, path.n - n};
    for (size_t i = 0; vendor->names[i]; i++)
        if (snug_text_equals(name, vendor->names[i]))
            return true;
    return false;
}

/* `v0.28` of `v0.28.1`. */
static struct snug_text minor_of(struct snug_text version)
{
    struct snug_text rest = version;
    struct snug_text part;
    for (unsigned i = 0; i < 2; i++)
        (void)snug_text_cut(&rest, '.', &part); /* Or it is all there is. */
    return rest.at ? (struct snug_text){version.at, version.n - rest.n - 1} : version;
}

static bool is_same(struct snug_text one, struct snug_text other)
{
    return one.n == other.n &&
           (!one.at || !other.at || memcmp(one.at, other.at, one.n) == 0);
}

/* A module in a directory has no version, and one of a commit no release. */
static bool has_release(struct snug_text version)
{
    return snug_text_starts(version, "v") && !snug_text_starts(version, "v0.0.0-");
}

/* Versions of different majors say nothing: otel v1.15 came with otel/metric v0.38. */
static bool differ(struct snug_text one, struct snug_text other)
{
    struct snug_text rest_one = one;
    struct snug_text rest_other = other;
    struct snug_text major_one;
    struct snug_text major_other;
    return has_release(one) && has_release(other) &&
           snug_text_cut(&rest_one, '.', &major_one) &&
           snug_text_cut(&rest_other, '.', &major_other) &&
           is_same(major_one, major_other) && !is_same(minor_of(one), minor_of(other));
}

static void put_pair(char *ret, const struct module *one, const struct module *other)
{
    struct snug_builder out = snug_text_build(ret, SNUG_BUILD_TEXT_BYTES);
    snug_text_put_slice(&out, one->path);
    snug_text_put(&out, " ");
    snug_text_put_slice(&out, one->version);
    snug_text_put(&out, " and ");
    snug_text_put_slice(&out, other->path);
    snug_text_put(&out, " ");
    snug_text_put_slice(&out, other->version);
}

struct reader {
    struct snug_build *build;
    struct module last;                 /* A `=>` may follow it, with another version. */
    bool is_dep;                        /* It is no main module, and was not looked at. */
    struct module of_vendor[N_VENDORS]; /* The first of each with a release. */
    struct module of_pair[N_GENERATIONS][2]; /* Those that were found. */
};

static void look_at_last(struct reader *reader)
{
    struct snug_build *build = reader->build;
    const struct module *module = &reader->last;
    if (!reader->is_dep)
        return;
    reader->is_dep = false;
    build->n_modules++;
    build->has_seccomp |=
        snug_text_equals(module->path, "github.com/seccomp/libseccomp-golang");
    build->has_numbers |= snug_text_equals(module->path, "golang.org/x/sys");
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (snug_text_equals(module->path, known[i].path))
            build->modules |= known[i].bit;
    for (size_t i = 0; i < N_VENDORS; i++) {
        struct module *first = &reader->of_vendor[i];
        if (!is_of(&vendors[i], module->path))
            continue;
        if (!has_release(first->version))
            *first = *module;
        else if (!build->mixed[0] && differ(first->version, module->version))
            put_pair(build->mixed, first, module);
    }
    for (size_t i = 0; i < N_GENERATIONS; i++) {
        struct module *const pair = reader->of_pair[i];
        for (unsigned j = 0; j < 2; j++)
            if (snug_text_equals(module->path, generations[i][j]))
                pair[j] = *module;
        if (pair[0].path.at && pair[1].path.at && !build->mixed[0])
            put_pair(build->mixed, &pair[0], &pair[1]);
    }
}

static void take_replacement(struct reader *reader, const struct module *by)
{
    struct snug_build *build = reader->build;
    reader->last.version = by->version;
    if (build->n_replaced++)
        return;
    struct snug_builder out = snug_text_build(build->replaced, sizeof build->replaced);
    snug_text_put_slice(&out, reader->last.path);
    snug_text_put(&out, " by ");
    snug_text_put_slice(&out, by->path);
}

/* As many as fit; how many there are is counted. */
static void take_defaults(struct snug_build *build, struct snug_text list)
{
    struct snug_builder out = snug_text_build(build->defaults, sizeof build->defaults);
    struct snug_text item;
    while (snug_text_cut(&list, ',', &item)) {
        build->n_defaults++;
        if (out.is_full || out.n + item.n + 2 >= out.size) {
            out.is_full = true;
            continue;
        }
        snug_text_put(&out, out.n ? ", " : "");
        snug_text_put_slice(&out, item);
    }
}

static void take_setting(struct snug_build *build, struct snug_text setting)
{
    struct snug_text value = setting;
    struct snug_text name;
    build->has_settings = true;
    if (!snug_text_cut(&value, '=', &name) || !value.at)
        return;
    if (snug_text_equals(name, "-race"))
        build->has_race = snug_text_equals(value, "true");
    else if (snug_text_equals(name, "-pgo"))
        build->has_profile = value.n;
    else if (snug_text_equals(name, "-trimpath"))
        build->is_trimmed = snug_text_equals(value, "true");
    else if (snug_text_equals(name, "DefaultGODEBUG"))
        take_defaults(build, value);
}

void snug_build_read(struct snug_text module, struct snug_build *ret)
{
    struct reader reader = {.build = ret};
    struct snug_text line;
    *ret = (struct snug_build){.is_known = module.at};
    while (snug_text_cut(&module, '\n', &line)) {
        struct snug_text kind;
        struct module found = {0};
        if (!snug_text_cut(&line, '\t', &kind) || !line.at)
            continue;
        if (snug_text_equals(kind, "build")) {
            take_setting(ret, line);
            continue;
        }
        (void)snug_text_cut(&line, '\t', &found.path);    /* It is there. */
        (void)snug_text_cut(&line, '\t', &found.version); /* Or it is absent. */
        if (snug_text_equals(kind, "=>")) {
            take_replacement(&reader, &found);
            continue;
        }
        look_at_last(&reader);
        reader.last = found;
        reader.is_dep = snug_text_equals(kind, "dep");
    }
    look_at_last(&reader);
}
