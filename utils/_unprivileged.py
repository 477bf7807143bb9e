"""Runs a command as somebody who is not root, and ends it with whoever started it (Linux).

A program: `python _unprivileged.py COMMAND ARGUMENT…`. Started by root, it first tries a user
namespace in which root appears as an ordinary user, so that files stay root's own. Where the
kernel or a container refuses that, the command runs as `nobody`, keeping the one capability to
read and write root's files. The command gets the interrupt signal when the process that started
it dies.
"""

import ctypes
import os
import signal
import struct
import sys
from pathlib import Path

_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION_3 = 0x20080522
_ORDINARY_ID = 1000
_NOBODY = 65534


def main() -> None:
    """Drop root and become the command."""
    command = sys.argv[1:]
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getppid()
    if os.geteuid() == 0:
        _drop_root(libc, _data_dir_of(command))
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the process that started this one is gone")
    os.execv(command[0], command)  # noqa: S606 (the caller's own command, without a shell)


def _drop_root(libc: ctypes.CDLL, data_dir: Path | None) -> None:
    # Given back before, because inside the namespace nobody's files cannot be taken over.
    _own(data_dir, os.geteuid(), os.getegid())
    if not _enter_user_namespace(libc):
        _own(data_dir, _NOBODY, _NOBODY)
        _become_nobody(libc)


def _enter_user_namespace(libc: ctypes.CDLL) -> bool:
    user, group = os.geteuid(), os.getegid()
    if libc.unshare(_CLONE_NEWUSER) != 0:
        return False
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{_ORDINARY_ID} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{_ORDINARY_ID} {group} 1")
    return True


def _own(data_dir: Path | None, user: int, group: int) -> None:
    if data_dir is not None and data_dir.exists() and data_dir.stat().st_uid != user:
        for path in [data_dir, *data_dir.rglob("*")]:
            os.chown(path, user, group, follow_symlinks=False)


def _become_nobody(libc: ctypes.CDLL) -> None:
    libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setresgid(_NOBODY, _NOBODY, _NOBODY)
    os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    wanted = 1 << _CAP_DAC_OVERRIDE
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    data = struct.pack("6I", wanted, wanted, wanted, 0, 0, 0)
    kept = libc.capset(header, data) == 0
    kept &= libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0) == 0
    if not kept:
        sys.exit(
            "PostgreSQL cannot run as root here: neither a user namespace nor the capability "
            "CAP_DAC_OVERRIDE is allowed; run as an ordinary user, or set DB_HOST"
        )


def _data_dir_of(command: list[str]) -> Path | None:
    return Path(command[command.index("-D") + 1]) if "-D" in command else None


if __name__ == "__main__":
    main()
