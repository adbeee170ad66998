"""The one error a user meets: what went wrong, where, and how to fix it."""

from __future__ import annotations

import difflib
import errno
from collections.abc import Callable, Iterable, Sequence

DONE, GATE_FAILED, WRONG_INPUT, OUT_OF_BUDGET, OUR_FAULT = range(5)  # the exit codes of every command


class MilepostError(Exception):
    """Say in three lines at most what is wrong, where it is and what to do."""

    def __init__(self, what: str, where: str = "", fix: str = "", *, exit_code: int = WRONG_INPUT) -> None:
        super().__init__(what)
        self.what, self.where, self.fix, self.exit_code = what, where, fix, exit_code

    @property
    def errors(self) -> Sequence[MilepostError]:
        """Every single problem; one here, more in `MilepostErrors`."""
        return (self,)

    def __str__(self) -> str:
        return self.told()

    def told(self, say: Callable[[str], str] = str) -> str:
        """Return what a user reads, in the language of `say`; a place without a blank is a path or a key and stays."""
        where, what = say(self.where) if " " in self.where else self.where, say(self.what)
        line = say("{0}: {1}").format(where, what) if where else what
        return line + ("\n  " + say("fix: {0}").format(say(self.fix)) if self.fix else "")

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the way back from a worker process."""
        return (_rebuilt, (self.what, self.where, self.fix, self.exit_code))


class MilepostErrors(MilepostError):
    """Carry several problems at once, so that one look at the file mends them all."""

    def __init__(self, errors: Iterable[MilepostError]) -> None:
        self._errors = tuple(errors)
        super().__init__(f"{len(self._errors)} problems", exit_code=max(e.exit_code for e in self._errors))

    @property
    def errors(self) -> Sequence[MilepostError]:
        return self._errors

    def told(self, say: Callable[[str], str] = str) -> str:
        return "\n".join(e.told(say) for e in self._errors)

    def __reduce__(self) -> tuple[object, ...]:
        return (MilepostErrors, (self._errors,))


def _rebuilt(what: str, where: str, fix: str, exit_code: int) -> MilepostError:
    return MilepostError(what, where, fix, exit_code=exit_code)


def of_system(error: OSError) -> MilepostError:
    """Say what the operating system refused: a full disk, a folder that may not be written, a missing one."""
    where = str(error.filename or "")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return MilepostError("the disk is full", where, "make space; the same command goes on from here")
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return MilepostError("this may not be written or read", where, "choose a folder that you may write to")
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return MilepostError("there is no such file or folder", where, "make it, or name another")
    return MilepostError(f"the system refused: {error.strerror or error}", where, "", exit_code=OUR_FAULT)


def raise_all(errors: Sequence[MilepostError]) -> None:
    """Raise what was collected: nothing, the one, or all together."""
    if errors:
        raise errors[0] if len(errors) == 1 else MilepostErrors(errors)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a fix that names the nearest of `known`, or lists them."""
    names = sorted(known)
    near = difflib.get_close_matches(word.lower(), [n.lower() for n in names], 1, 0.6)
    if near:
        return f"did you mean `{next(n for n in names if n.lower() == near[0])}`?"
    return f"known: {', '.join(names[:20])}" + (" ..." if len(names) > 20 else "")
