/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A handful of sequences that every terminal since the VT100 knows or ignores, in place of
 * curses: what is drawn is whole lines from top to bottom. What is about the terminal is
 * read as a signal in the one wait; what ends the program does so at once, also where a
 * look at a process takes long.
 */
#include "snug/cli/stat/display.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "snug/cli/command/clock.h"
#include "snug/cli/command/tone.h"

enum { COLUMNS_DEFAULT = 80, ROWS_DEFAULT = 24, EXIT_SIGNAL = 128 };

/* The other screen, cursor off, and no line goes on in the next one; and back. */
static const char draws[] = "\x1b[?1049h\x1b[?25l\x1b[?7l";
static const char ends[] = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l";

/* NULL if it is empty, too. */
static const char *value_of(const char *name)
{
    const char *value = getenv(name);
    return value && value[0] ? value : NULL;
}

bool snug_display_is_there(void)
{
    const char *kind = value_of("TERM");
    return isatty(STDOUT_FILENO) && kind && strcmp(kind, "dumb") != 0;
}

bool snug_display_has_colour(void)
{
    return snug_tone_is_taken(stdout);
}

/* The locale's variables in their order. Where none is set, as in most containers, UTF-8 is
 * what terminals understand, but for the console of Linux. */
static bool find_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = value_of(names[i]);
        if (value)
            return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
    }
    const char *kind = getenv("TERM");
    return !kind || strcmp(kind, "linux") != 0;
}

static void put(const char *sequence)
{
    (void)fputs(sequence, stdout);
    (void)fflush(stdout); /* A terminal that is gone shows at the next line. */
}

static volatile sig_atomic_t is_drawn; /* What the handler is to give back is taken. */

static void take_keys(const struct snug_display *display)
{
    if (!display->has_keys)
        return;
    struct termios keys = display->before;
    keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO); /* Keys that send signals go on doing so. */
    keys.c_cc[VMIN] = 1;
    keys.c_cc[VTIME] = 0;
    (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &keys);
}

static void take_screen(const struct snug_display *display)
{
    take_keys(display);
    is_drawn = 1;
    put(draws);
}

static void give_back(const struct snug_display *display)
{
    put(ends);
    is_drawn = 0;
    if (display->has_keys)
        (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &display->before);
}

static const int ending[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
static const struct snug_display *current; /* For the handler. */

/* A terminal that takes nothing, and one that another group has by now, are left as they
 * are: the first would keep this process waiting, the second would stop it. The first
 * process of a container outlives a signal's own doing. */
static void end(int signal)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    if (is_drawn && poll(&out, 1, 0) == 1 && out.revents & POLLOUT)
        (void)!write(STDOUT_FILENO, ends,
                     sizeof ends - 1); /* stdio may be in the middle. */
    if (is_drawn && current->has_keys && tcgetpgrp(STDIN_FILENO) == getpgrp())
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &current->before);
    (void)raise(signal);
    _exit(EXIT_SIGNAL + signal);
}

static bool is_ignored(int signal)
{
    struct sigaction action;
    return sigaction(signal, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static void catch_ends(void (*handler)(int))
{
    const struct sigaction action = {.sa_handler = handler,
                                     .sa_flags = (int)SA_RESETHAND | SA_NODEFER};
    for (size_t i = 0; i < sizeof ending / sizeof *ending; i++)
        if (!is_ignored(ending[i]))
            (void)sigaction(ending[i], &action, NULL);
}

/* What is blocked and ignored would be read all the same. */
static void choose_signals(sigset_t *ret)
{
    (void)sigemptyset(ret);
    (void)sigaddset(ret, SIGWINCH);
    (void)sigaddset(ret, SIGCONT);
    if (!is_ignored(SIGTSTP))
        (void)sigaddset(ret, SIGTSTP);
}

int snug_display_enter(struct snug_display *display)
{
    *display = (struct snug_display){.is_utf8 = find_utf8(),
                                     .has_colour = snug_display_has_colour()};
    choose_signals(&display->awaited);
    display->signals = signalfd(-1, &display->awaited, SFD_CLOEXEC | SFD_NONBLOCK);
    if (display->signals < 0)
        return -errno;
    display->has_keys =
        isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &display->before) == 0;
    (void)sigprocmask(SIG_BLOCK, &display->awaited, &display->mask_before);
    current = display;
    catch_ends(end);
    take_screen(display);
    return 0;
}

void snug_display_size(unsigned *ret_columns, unsigned *ret_rows)
{
    struct winsize size;
    const bool is_known =
        ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col && size.ws_row;
    *ret_columns = is_known ? size.ws_col : COLUMNS_DEFAULT;
    *ret_rows = is_known ? size.ws_row : ROWS_DEFAULT;
}

/* Until somebody lets it go on. */
static void stop(const struct snug_display *display)
{
    sigset_t mask = display->mask_before;
    (void)sigdelset(&mask, SIGTSTP);
    (void)raise(SIGTSTP);
    (void)sigprocmask(SIG_SETMASK, &mask, NULL);
    (void)sigprocmask(SIG_BLOCK, &display->awaited, NULL);
}

/* False if there were none. */
static bool read_signals(const struct snug_display *display)
{
    bool ret = false;
    struct signalfd_siginfo info;
    while (read(display->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        ret = true;
        if (info.ssi_signo == SIGTSTP) {
            give_back(display);
            stop(display);
        }
        if (info.ssi_signo != SIGWINCH) /* A shell has had the terminal meanwhile. */
            take_screen(display);
    }
    return ret;
}

/* The end of the input is that of the keys only. */
static bool is_quit(struct snug_display *display)
{
    char key;
    const ssize_t n = read(STDIN_FILENO, &key, 1);
    if (n == 0 || (n < 0 && errno != EINTR))
        display->is_deaf = true;
    return n == 1 && (key == 'q' || key == 'Q');
}

enum snug_display_event snug_display_wait(struct snug_display *display, uint64_t until_ns)
{
    for (;;) {
        const uint64_t now = snug_clock_ns();
        if (now >= until_ns)
            return SNUG_DISPLAY_TIME;
        const struct timespec left = {
            .tv_sec = (time_t)((until_ns - now) / SNUG_CLOCK_NS_PER_S),
            .tv_nsec = (long)((until_ns - now) % SNUG_CLOCK_NS_PER_S),
        };
        const bool has_keys = display->has_keys && !display->is_deaf;
        struct pollfd at[] = {{.fd = display->signals, .events = POLLIN},
                              {.fd = has_keys ? STDIN_FILENO : -1, .events = POLLIN}};
        if (ppoll(at, 2, &left, NULL) <= 0)
            continue;
        if (at[0].revents && read_signals(display))
            return SNUG_DISPLAY_REDRAW;
        if (at[1].revents && is_quit(display))
            return SNUG_DISPLAY_QUIT;
    }
}

void snug_display_leave(struct snug_display *display)
{
    give_back(display);
    catch_ends(SIG_DFL);
    (void)close(display->signals);
    (void)sigprocmask(SIG_SETMASK, &display->mask_before, NULL);
}
