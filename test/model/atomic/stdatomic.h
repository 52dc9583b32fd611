/* SPDX-License-Identifier: LGPL-2.1-or-later
 * In place of the compiler's own for the code that is tried in all orders: before each
 * atomic operation another thread may run, or a signal may come.
 */
#pragma once

void schedule_step(void);

#define _Atomic
#define memory_order_relaxed
#define memory_order_acquire
#define memory_order_release

#define atomic_load(at)                 (schedule_step(), *(at))
#define atomic_load_explicit(at, order) atomic_load(at)

#define atomic_exchange(at, value)               \
    __extension__({                              \
        const __typeof__(*(at)) new_ = (value);  \
        schedule_step();                         \
        const __typeof__(*(at)) before_ = *(at); \
        *(at) = new_;                            \
        before_;                                 \
    })
#define atomic_store(at, value)                 ((void)atomic_exchange(at, value))
#define atomic_store_explicit(at, value, order) atomic_store(at, value)

#define atomic_compare_exchange_strong(at, expected, value) \
    __extension__({                                         \
        const __typeof__(*(at)) new_ = (value);             \
        schedule_step();                                    \
        const bool is_equal_ = *(at) == *(expected);        \
        if (is_equal_)                                      \
            *(at) = new_;                                   \
        else                                                \
            *(expected) = *(at);                            \
        is_equal_;                                          \
    })
