"""The fence around the reading child: what it may use is set once, before the first byte of the file is looked at.

Limits of the system (memory, processor time, no files written, no further files opened) always hold. No new
privileges, no network and no file system at all (Landlock, Linux 5.13) are asked for and hold where the system grants
them; an older kernel or a locked-down container refuses, and reading goes on behind the limits alone.
"""

import ctypes
import fcntl
import os
import resource
import select
import signal
import struct
import sys

MIB = 1 << 20
OPEN_FILES = 16
_SET_NO_NEW_PRIVS = 38
_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_LANDLOCK_CREATE, _LANDLOCK_RESTRICT = 444, 446
_LANDLOCK_ALL_FILES = 0x1FFF
_LANDLOCK_ALL_TCP = 0x3
_LANDLOCK_ALL_SCOPES = 0x3
_SET_SIGNAL = 10
"""F_SETSIG, which the fcntl module does not name."""


def enclose(memory_mib: int, seconds: int) -> None:
    """Close this process in: `memory_mib` of address space and `seconds` of processor time until `widen` is called."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.unshare(_NEW_USER | _NEW_NET)
    _no_file_system(libc)
    for limit in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE, resource.RLIMIT_NPROC):
        resource.setrlimit(limit, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    widen(memory_mib, seconds)


def widen(memory_mib: int, seconds: int) -> None:
    """Set the limits for the next step: address space in all, processor time from now on."""
    _soft_limit(resource.RLIMIT_AS, memory_mib * MIB)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _soft_limit(resource.RLIMIT_CPU, int(usage.ru_utime + usage.ru_stime) + 1 + seconds)


def cap(memory_mib: int, seconds: int) -> None:
    """What `widen` can never go beyond."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_mib * MIB, memory_mib * MIB))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def _soft_limit(kind: int, value: int) -> None:
    _soft, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (min(value, hard) if hard != resource.RLIM_INFINITY else value, hard))


def _no_file_system(libc: ctypes.CDLL) -> None:
    version = libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return
    words = [_LANDLOCK_ALL_FILES, _LANDLOCK_ALL_TCP, _LANDLOCK_ALL_SCOPES][
        : 1 if version < 4 else 2 if version < 6 else 3
    ]
    rules = struct.pack(f"={len(words)}Q", *words)
    handle = libc.syscall(_LANDLOCK_CREATE, rules, ctypes.c_size_t(len(rules)), 0)
    if handle >= 0:
        libc.syscall(_LANDLOCK_RESTRICT, handle, 0)
        os.close(handle)


def die_with(lifeline: int) -> None:
    """End this process at once when the other end of the pipe `lifeline` closes, even inside a long computation.

    The parent's end closes when the parent lets go of the file or dies in whatever way. (PR_SET_PDEATHSIG would fire
    when the *thread* that started the child ends, while its table may still be read by another.)
    """
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline, _SET_SIGNAL, signal.SIGKILL)
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
    poll = select.poll()
    poll.register(lifeline, select.POLLIN)
    if poll.poll(0):
        sys.exit(0)
