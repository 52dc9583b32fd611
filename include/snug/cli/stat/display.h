/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The terminal of a program that draws: its size, keys, signals and time in one wait, and
 * all as it was when that ends, in whatever way it does. One at a time.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

enum snug_display_event {
    SNUG_DISPLAY_TIME,   /* The time has come. */
    SNUG_DISPLAY_REDRAW, /* Another size, or it was stopped and goes on. */
    SNUG_DISPLAY_QUIT,   /* `q` was pressed. */
};

struct snug_display {
    bool has_keys; /* Standard input is a terminal, too. */
    bool is_deaf;  /* No more keys come from there. */
    struct termios before;
    sigset_t mask_before;
    sigset_t awaited;
    int signals; /* A signalfd. */
    bool is_utf8;
    bool has_colour;
};

/* Standard output is a terminal that can be drawn on. */
bool snug_display_is_there(void);

/* Colour is wanted: standard output is a terminal, and NO_COLOR is not set, or empty. */
bool snug_display_has_colour(void);

/* An empty screen beside what stands there, no cursor, keys at once and without echo. From
 * now on SIGHUP, SIGINT, SIGQUIT and SIGTERM give it back before they end the program,
 * unless they are ignored. -errno: nothing is changed then. Until the end `display` stays
 * there. */
int snug_display_enter(struct snug_display *display);

/* 80 × 24 where the terminal does not say. */
void snug_display_size(unsigned *ret_columns, unsigned *ret_rows);

/* Waits for a key, another size, or the time of CLOCK_MONOTONIC. A stop by the terminal
 * happens in here, with the screen given back meanwhile. */
enum snug_display_event snug_display_wait(struct snug_display *display, uint64_t until_ns);

/* Gives all of it back. */
void snug_display_leave(struct snug_display *display);
