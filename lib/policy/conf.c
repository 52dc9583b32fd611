/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The policy file's lines: `key = value`, `[program GLOB]`, `lock = GLOB, …`, comments.
 * Whatever else the file holds is counted and passed over.
 */
#include <errno.h>

#include "snug/policy/conf.h"
#include "snug/policy/problems.h"
#include "snug/policy/values.h"

enum { BUFFER_BYTES = 4096, FILE_BYTES_MAX = 16 << 20, KEY_BYTES_MIN = 3 };

/* Whom the lines at hand are for. */
enum section { FOR_ALL, FOR_THIS, FOR_OTHERS, FOR_NOBODY };

struct reading {
    struct snug_policy *policy;
    struct snug_text program;
    enum section section;
    unsigned number; /* Of the line at hand. */
    struct snug_text line;
    bool is_whole; /* It ends in a newline. */
    bool is_good;
};

/* Complains about the line at hand. One that may have been cut off gets one complaint that
 * says so. */
static void complain(struct reading *in, enum snug_problem_kind kind, int key,
                     struct snug_text sample)
{
    struct snug_problem problem = {
        .kind = kind, .source = SNUG_FROM_FILE, .line = in->number, .key = (int8_t)key};
    if (!in->is_whole) {
        problem.kind = SNUG_PROBLEM_UNTERMINATED;
        problem.error = EINVAL;
        sample = in->line;
    }
    if (in->is_whole || in->is_good)
        snug_problems_add(in->policy, &problem, sample);
    in->is_good = false;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* A `#` begins a comment at the start of the line and behind white space. */
static struct snug_text without_comment(struct snug_text line)
{
    for (size_t i = 0; i < line.n; i++)
        if (line.at[i] == '#' && (i == 0 || is_blank(line.at[i - 1])))
            return snug_text_trim((struct snug_text){line.at, i});
    return line;
}

/* Whether it is text and not some other file's bytes: UTF-8 without control characters. */
static bool is_text(struct snug_text line)
{
    unsigned n_continuing = 0;
    for (size_t i = 0; i < line.n; i++) {
        const unsigned char c = (unsigned char)line.at[i];
        const bool is_continuing = (c & 0xc0) == 0x80;
        if (is_continuing != (n_continuing > 0) || (c < ' ' && c != '\t') || c == 0x7f)
            return false;
        if (is_continuing)
            n_continuing--;
        else if (c >= 0xc2 && c < 0xf5)
            n_continuing = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
        else if (c >= 0x80)
            return false;
    }
    return n_continuing == 0;
}

/* Whether it could be a key of some other version; random bytes seldom are. */
static bool is_like_key(struct snug_text text)
{
    for (size_t i = 0; i < text.n; i++) {
        const char c = text.at[i];
        const bool is_letter = c >= 'a' && c <= 'z';
        const bool is_inner = (c >= '0' && c <= '9') || c == '.' || c == '_';
        if (!is_letter && !(i && is_inner))
            return false;
    }
    return text.n >= KEY_BYTES_MIN;
}

static struct snug_text base_name(struct snug_text path)
{
    for (size_t i = path.n; i > 0; i--)
        if (path.at[i - 1] == '/')
            return (struct snug_text){path.at + i, path.n - i};
    return path;
}

/* What the kernel adds to the path of an executable that was replaced while it ran. */
static struct snug_text before_deletion(struct snug_text program)
{
    static const char mark[] = " (deleted)";
    const size_t n = sizeof mark - 1;
    if (program.n > n &&
        snug_text_equals((struct snug_text){program.at + program.n - n, n}, mark))
        program.n -= n;
    return program;
}

/* A pattern with a slash is for the whole path, one without for the base name. */
static bool is_for(struct snug_text program, struct snug_text pattern)
{
    const bool has_slash = base_name(pattern).n < pattern.n;
    const struct snug_text name = has_slash ? program : base_name(program);
    return name.n && snug_text_matches(name, pattern);
}

/* `[program GLOB]`, from the bracket on. */
static void take_section(struct reading *in, struct snug_text line)
{
    struct snug_text rest = {line.at + 1, line.n - 1};
    if (rest.n && rest.at[rest.n - 1] == ']') {
        rest.n--;
        struct snug_text word;
        if (snug_text_cut_word(&rest, &word) && snug_text_equals(word, "program") &&
            snug_text_trim(rest).n) {
            in->section = is_for(in->program, snug_text_trim(rest)) ? FOR_THIS : FOR_OTHERS;
            return;
        }
    }
    in->section = FOR_NOBODY;
    complain(in, SNUG_PROBLEM_BAD_SECTION, -1, line);
}

static bool lock_keys(struct snug_policy *policy, struct snug_text pattern)
{
    bool ret = false;
    for (int key = 0; key < SNUG_N_KEYS; key++)
        if (snug_text_matches(snug_text_of(snug_options[key].name), pattern)) {
            policy->setting[key].is_locked = true;
            ret = true;
        }
    return ret;
}

static void take_lock(struct reading *in, struct snug_text patterns)
{
    if (in->section != FOR_ALL) {
        complain(in, SNUG_PROBLEM_LOCK_IN_SECTION, -1, patterns);
        return;
    }
    struct snug_text pattern;
    while (snug_text_cut(&patterns, ',', &pattern)) {
        pattern = snug_text_trim(pattern);
        if (!lock_keys(in->policy, pattern))
            complain(in, SNUG_PROBLEM_BAD_LOCK, -1, pattern);
    }
}

static void take_value(struct reading *in, enum snug_key key, struct snug_text value)
{
    struct snug_setting setting = in->policy->setting[key];
    if (snug_values_parse(key, value, &setting) < 0) {
        complain(in, SNUG_PROBLEM_BAD_VALUE, (int)key, value);
        return;
    }
    if (in->section == FOR_ALL || in->section == FOR_THIS) {
        setting.source = SNUG_FROM_FILE;
        setting.line = in->number;
        in->policy->setting[key] = setting;
    }
}

/* `key = value`; a lock looks the same. */
static void take_pair(struct reading *in, struct snug_text name, struct snug_text value)
{
    const int key = snug_options_find(name);
    if (snug_text_equals(name, "lock"))
        take_lock(in, value);
    else if (key < 0)
        complain(in, SNUG_PROBLEM_UNKNOWN_KEY, -1, name);
    else
        take_value(in, (enum snug_key)key, value);
}

static void take_line(struct reading *in)
{
    const struct snug_text line = without_comment(in->line);
    if (!line.n)
        return;

    struct snug_text value = line;
    struct snug_text name;
    (void)snug_text_cut(&value, '=', &name); /* There is a line, so there is a field. */
    name = snug_text_trim(name);

    /* Noise may begin with a bracket too, and must not hide the good keys behind it. */
    const bool is_section = snug_text_starts(line, "[program") ||
                            (line.at[0] == '[' && line.at[line.n - 1] == ']');
    const bool is_pair = value.at && is_like_key(name);
    if (!is_text(line) || !(is_section || is_pair))
        complain(in, SNUG_PROBLEM_NOISE, -1, line);
    else if (is_section)
        take_section(in, line);
    else
        take_pair(in, name, snug_text_trim(value));
}

/* Without the byte order mark that some editors put before the first line. */
static struct snug_text without_mark(struct snug_text line)
{
    static const char mark[] = "\xef\xbb\xbf";
    const size_t n = snug_text_starts(line, mark) ? sizeof mark - 1 : 0;
    return (struct snug_text){line.at + n, line.n - n};
}

static void read_line(struct reading *in, struct snug_text line)
{
    in->line = snug_text_trim(in->number == 1 ? without_mark(line) : line);
    in->is_good = true;
    take_line(in);
    if (in->is_good && !in->is_whole && in->line.n) {
        const struct snug_problem problem = {.kind = SNUG_PROBLEM_UNTERMINATED,
                                             .source = SNUG_FROM_FILE,
                                             .line = in->number,
                                             .key = -1};
        snug_problems_add(in->policy, &problem, in->line);
    }
}

void snug_conf_read(struct snug_policy *policy, int fd, struct snug_text program)
{
    char buffer[BUFFER_BYTES];
    struct snug_lines lines = snug_file_lines(fd, buffer, sizeof buffer);
    struct reading in = {.policy = policy, .program = before_deletion(program)};
    size_t n_bytes = 0;

    for (;;) {
        struct snug_text line;
        const int r = snug_file_next_line(&lines, &line);
        if (r == 0)
            return;

        struct snug_problem problem = {
            .source = SNUG_FROM_FILE, .line = lines.number, .key = -1};
        n_bytes += r == 1 ? line.n + 1 : sizeof buffer;
        if (r == 1 && n_bytes <= FILE_BYTES_MAX) {
            in.number = lines.number;
            in.is_whole = lines.was_terminated;
            read_line(&in, line);
        } else if (r == -EFBIG) {
            problem.kind = SNUG_PROBLEM_LINE_TOO_LONG;
            snug_problems_add(policy, &problem, (struct snug_text){0});
        } else {
            problem.kind = r < 0 ? SNUG_PROBLEM_READ : SNUG_PROBLEM_TOO_BIG;
            problem.error = r < 0 ? -r : 0;
            snug_problems_add(policy, &problem, (struct snug_text){0});
            return;
        }
    }
}
