/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The program itself makes the call that nobody can make for it, in the place of its
 * own, and then goes back to that. SA_NOCLDWAIT reaps the helper, which ends before an
 * execve begins; the execve takes that flag away, as it does of every signal.
 */
#include "snug/cli/trace/disposition.h"

#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

enum {
    AT_CALL = SIGTRAP | 0x80,
    MASK_BYTES = 8,
    RED_ZONE_BYTES = 128, /* Below the stack's end, of amd64. */
    STACK_ALIGNMENT = 16,
};

/* As the kernel has it, on amd64 and arm64. */
struct action {
    uint64_t handler;
    uint64_t flags;
    uint64_t restorer;
    uint64_t mask;
};

#if defined(__x86_64__)
static uint64_t stack_of(const struct user_regs_struct *registers)
{
    return registers->rsp;
}

static bool set_call(pid_t program, struct user_regs_struct *registers, uint64_t action)
{
    (void)program;
    registers->orig_rax = SYS_rt_sigaction;
    registers->rdi = SIGCHLD;
    registers->rsi = action;
    registers->rdx = 0;
    registers->r10 = MASK_BYTES;
    return true;
}

/* The instruction that calls the kernel has two bytes. */
static void go_back(struct user_regs_struct *registers)
{
    registers->rip -= 2;
    registers->rax = registers->orig_rax;
}
#else
static uint64_t stack_of(const struct user_regs_struct *registers)
{
    return registers->sp;
}

static bool set_call(pid_t program, struct user_regs_struct *registers, uint64_t action)
{
    int number = SYS_rt_sigaction;
    struct iovec word = {&number, sizeof number};
    registers->regs[0] = SIGCHLD;
    registers->regs[1] = action;
    registers->regs[2] = 0;
    registers->regs[3] = MASK_BYTES;
    return ptrace(PTRACE_SETREGSET, program, NT_ARM_SYSTEM_CALL, &word) == 0;
}

static void go_back(struct user_regs_struct *registers)
{
    registers->pc -= 4;
}
#endif

static bool set_registers(pid_t program, struct user_regs_struct *registers)
{
    struct iovec all = {registers, sizeof *registers};
    return ptrace(PTRACE_SETREGSET, program, NT_PRSTATUS, &all) == 0;
}

static bool put_action(pid_t program, uint64_t at, const struct action *action)
{
    const uint64_t words[] = {action->handler, action->flags, action->restorer,
                              action->mask};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (ptrace(PTRACE_POKEDATA, program, at + i * sizeof *words, words[i]) < 0)
            return false;
    return true;
}

static bool await_end(pid_t program)
{
    int status;
    if (ptrace(PTRACE_SYSCALL, program, 0, 0) < 0)
        return false;
    pid_t r;
    while ((r = waitpid(program, &status, __WALL)) < 0 && errno == EINTR)
        continue;
    return r == program && WIFSTOPPED(status) && WSTOPSIG(status) == AT_CALL;
}

bool snug_disposition_restore(pid_t program, bool is_exec)
{
    const struct action standard = {.flags = is_exec ? SA_NOCLDWAIT : 0};
    struct user_regs_struct before;
    struct iovec all = {&before, sizeof before};
    if (ptrace(PTRACE_GETREGSET, program, NT_PRSTATUS, &all) < 0 ||
        all.iov_len != sizeof before)
        return false;
    struct user_regs_struct call = before;
    const uint64_t at = (stack_of(&before) - RED_ZONE_BYTES - sizeof(struct action)) &
                        ~(uint64_t)(STACK_ALIGNMENT - 1);
    if (!put_action(program, at, &standard) || !set_call(program, &call, at) ||
        !set_registers(program, &call) || !await_end(program))
        return false;
    go_back(&before);
    (void)set_registers(program, &before); /* Were it killed, it would be no matter. */
    return true;
}
