/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Assembler for hooks that pass a call on as it is: all that can hold an argument is kept
 * over a call of our own, which is made between the two. On amd64 seven registers, with
 * rax, which counts vector arguments; with the return address that is 64 bytes, so the
 * stack is aligned.
 */
#pragma once

#if defined(__x86_64__)

#define SNUG_STUB_KEEP \
    "    push %rdi\n"  \
    "    push %rsi\n"  \
    "    push %rdx\n"  \
    "    push %rcx\n"  \
    "    push %r8\n"   \
    "    push %r9\n"   \
    "    push %rax\n"

#define SNUG_STUB_RESTORE \
    "    pop %rax\n"      \
    "    pop %r9\n"       \
    "    pop %r8\n"       \
    "    pop %rcx\n"      \
    "    pop %rdx\n"      \
    "    pop %rsi\n"      \
    "    pop %rdi\n"

#elif defined(__aarch64__)

#define SNUG_STUB_KEEP                \
    "    stp x29, x30, [sp, #-96]!\n" \
    "    stp x0, x1, [sp, #16]\n"     \
    "    stp x2, x3, [sp, #32]\n"     \
    "    stp x4, x5, [sp, #48]\n"     \
    "    stp x6, x7, [sp, #64]\n"     \
    "    str x8, [sp, #80]\n"         \
    "    mov x29, sp\n"

#define SNUG_STUB_RESTORE         \
    "    ldp x0, x1, [sp, #16]\n" \
    "    ldp x2, x3, [sp, #32]\n" \
    "    ldp x4, x5, [sp, #48]\n" \
    "    ldp x6, x7, [sp, #64]\n" \
    "    ldr x8, [sp, #80]\n"     \
    "    ldp x29, x30, [sp], #96\n"

#endif

/* For names that a library may have for a thing of its own, as a variable: with glibc only
 * who asks for libc's function, by its first version, meets the hook. What stays of the
 * plain name is for musl: see hide.py. */
#if defined(__x86_64__)
#define SNUG_STUB_FIRST_VERSION "GLIBC_2.2.5"
#elif defined(__aarch64__)
#define SNUG_STUB_FIRST_VERSION "GLIBC_2.17"
#endif

#define SNUG_STUB_OF_LIBC(name)                                                     \
    __asm__(".set snug_first_" #name ", " #name "\n"                                \
            ".globl snug_first_" #name "\n"                                         \
            ".symver snug_first_" #name ", " #name "@" SNUG_STUB_FIRST_VERSION "\n" \
            ".symver " #name ", " #name "@@@SNUG_MUSL\n")
