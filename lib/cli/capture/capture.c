/* SPDX-License-Identifier: LGPL-2.1-or-later
 * `snug capture`: does all the reading that explain and doctor do, and keeps what was read.
 * So a capture holds what their answers are made of, and nothing else.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "snug/cli/capture/archive.h"
#include "snug/cli/capture/capture.h"
#include "snug/cli/command/help.h"
#include "snug/cli/command/page.h"
#include "snug/cli/doctor/diagnosis.h"
#include "snug/cli/explain/explain_text.h"
#include "snug/cli/explain/verdict.h"
#include "snug/cli/subject/record.h"

enum { RECORD_BYTES = 32 * 1024, LIVE_BYTES = 32 * 1024, ORIGIN_BYTES = 512 };

static int add_program(const struct snug_subject *subject)
{
    char text[RECORD_BYTES];
    struct snug_builder out = snug_text_build(text, sizeof text);
    snug_record_put(&out, subject);
    return out.is_full ? -ENAMETOOLONG : snug_recorder_add(SNUG_RECORD_PATH, text, out.n);
}

static int add_origin(const struct snug_subject *subject)
{
    struct utsname machine;
    char text[ORIGIN_BYTES];
    if (uname(&machine) < 0)
        return -errno;
    const int n = snprintf(text, sizeof text, "%s, captured by snug %s on %s %s, %s\n",
                           subject->root.pid ? "A process" : "A container", SNUG_VERSION,
                           machine.sysname, machine.release, machine.machine);
    return snug_recorder_add("/origin", text, (size_t)n);
}

static int add_sockets(const struct snug_sockets *sockets)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    if (!out)
        return -ENOMEM;
    for (size_t i = 0; i < sockets->n; i++)
        (void)fprintf(out, "%llu\n", (unsigned long long)sockets->inode[i]);
    int r = fclose(out) != 0 ? -ENOMEM : 0;
    if (r == 0)
        r = snug_recorder_add(SNUG_SOCKETS_PATH, text, n);
    free(text);
    return r;
}

static int add_makeup(const struct snug_makeup *makeup)
{
    char text[RECORD_BYTES];
    struct snug_builder out = snug_text_build(text, sizeof text);
    snug_makeup_put(&out, makeup);
    return snug_recorder_add(SNUG_MAKEUP_PATH, text, out.n);
}

static int add_live(const struct snug_live *live)
{
    static char text[LIVE_BYTES];
    struct snug_builder out = snug_text_build(text, sizeof text);
    snug_live_put(live, &out);
    return out.is_full ? -ENAMETOOLONG : snug_recorder_add(SNUG_LIVE_PATH, text, out.n);
}

/* What is said here, of what was kept: for people, and to compare with elsewhere. */
static int add_answers(const struct snug_subject *subject,
                       const struct snug_patient *patient)
{
    char *text[2] = {NULL};
    size_t n[2];
    FILE *explain = open_memstream(&text[0], &n[0]);
    FILE *doctor = open_memstream(&text[1], &n[1]);
    int r = explain && doctor ? 0 : -ENOMEM;
    if (r == 0) {
        snug_explain_text_write(subject, false, explain);
        (void)snug_diagnosis_write(patient, doctor); /* Whatever it has found. */
    }
    if (explain && fclose(explain) != 0)
        r = -ENOMEM;
    if (doctor && fclose(doctor) != 0)
        r = -ENOMEM;
    if (r == 0)
        r = snug_recorder_add("/explain", text[0], n[0]);
    if (r == 0)
        r = snug_recorder_add("/doctor", text[1], n[1]);
    free(text[0]);
    free(text[1]);
    return r;
}

/* Reads what explain and doctor read. */
static int record(struct snug_subject *subject, const struct snug_arguments *arguments)
{
    static struct snug_patient patient;
    char *const no_command[] = {NULL};
    int r = snug_subject_find_program(subject, no_command);
    snug_subject_see_tracing(subject);
    if (r == 0)
        r = add_origin(subject);
    if (r == 0 && subject->root.pid)
        r = add_program(subject);
    if (r < 0)
        return r;
    snug_subject_plan(subject, arguments);
    snug_verdict_apply(subject);
    snug_patient_examine(subject, 0, NULL, &patient);
    r = add_answers(subject, &patient);
    if (r == 0)
        r = add_live(&patient.live);
    if (r == 0 && patient.sockets.is_known)
        r = add_sockets(&patient.sockets);
    if (r == 0 && patient.has_process)
        r = add_makeup(&patient.makeup);
    snug_patient_release(&patient);
    return r < 0 ? r : snug_recorder_error();
}

/* A name that ends in `.tar` is an archive's, `-` is one to standard output. */
static int write_out(const char *name)
{
    size_t n;
    const struct snug_recorded *list = snug_recorder_list(&n);
    const size_t n_name = strlen(name);
    if (strcmp(name, "-") == 0)
        return snug_archive_write_tar(STDOUT_FILENO, list, n);
    if (n_name < 4 || strcmp(name + n_name - 4, ".tar") != 0)
        return snug_archive_write_directory(name, list, n);
    const int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    const int r = snug_archive_write_tar(fd, list, n);
    return close(fd) < 0 && r == 0 ? -errno : r;
}

static int capture(struct snug_subject *subject, const struct snug_arguments *arguments)
{
    const char *name = arguments->operand[0];
    if (strcmp(name, "-") == 0 && isatty(STDOUT_FILENO)) {
        snug_page_complain("an archive is no text for a terminal");
        return SNUG_EXIT_FAILURE;
    }
    if (snug_subject_open_recorded(subject, arguments, snug_recorder_root) < 0) {
        snug_page_complain("there is no process %s", arguments->pid);
        return SNUG_EXIT_FAILURE;
    }
    int r = record(subject, arguments);
    if (r == 0)
        r = write_out(name);
    if (r < 0) {
        snug_page_complain("%s: %s", name, strerror(-r));
        return SNUG_EXIT_FAILURE;
    }
    return 0;
}

int snug_capture_main(char *const *argv)
{
    int status;
    struct snug_arguments arguments;
    if (!snug_help_parse(SNUG_COMMAND_CAPTURE, argv, &arguments, &status))
        return status;
    if (!arguments.operand[0] || arguments.operand[1])
        return snug_help_complain(SNUG_COMMAND_CAPTURE,
                                  "one directory or archive is to be named");

    struct snug_subject subject = {.root.fd = -1, .executable.fd = -1};
    status = capture(&subject, &arguments);
    snug_subject_close(&subject);
    snug_recorder_close();
    return status;
}
