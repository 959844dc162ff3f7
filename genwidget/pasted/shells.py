"""The first command at the head of a text, as the arguments that a shell would give to it: bash, cmd and PowerShell.

Nothing is run and no variable is filled in. Sources: POSIX, Shell Command Language, 2.2; GNU Bash, ANSI-C Quoting;
Microsoft, "Parsing C command-line arguments", and "about_Quoting_Rules".
"""

import re
from collections.abc import Callable
from typing import Final

#: What ends a command, outside quotes.
_ENDS: Final = frozenset("\n;|&<>()")
_ANSI: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "a": "\a", "e": "\x1b", "0": "\0"}
_ANSI_CODE: Final = re.compile(r"u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|x([0-9a-fA-F]{1,2})")
_BACKTICK: Final = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "`": "`"}
_LAST_CODE: Final = 0x10FFFF

#: Returns the arguments of a command, or None where a quote is not closed.
Split = Callable[[str], list[str] | None]


class _Arguments:
    """Arguments as they grow: an empty one that was quoted is one too."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self._open: list[str] | None = None

    def add(self, text: str) -> None:
        if self._open is None:
            self._open = []
        self._open.append(text)

    def end(self) -> None:
        if self._open is not None:
            self.done.append("".join(self._open))
        self._open = None


def split_bash(text: str) -> list[str] | None:
    """Return the arguments of the command as bash and other POSIX shells read them."""
    found, at = _Arguments(), 0
    while at < len(text) and text[at] not in _ENDS:
        one = text[at]
        if one == "\\":
            if text[at + 1 : at + 2] != "\n":
                found.add(text[at + 1 : at + 2])
            at += 2
        elif one in {"'", '"'} or text.startswith("$'", at):
            start = at + (2 if one == "$" else 1)
            read = _read_single if one == "'" else _read_double if one == '"' else _read_ansi
            inside = read(text, start)
            if inside is None:
                return None
            found.add(inside[0])
            at = inside[1]
        else:
            found.end() if one.isspace() else found.add(one)
            at += 1
    found.end()
    return found.done


def _read_single(text: str, at: int) -> tuple[str, int] | None:
    end = text.find("'", at)
    return None if end < 0 else (text[at:end], end + 1)


def _read_double(text: str, at: int) -> tuple[str, int] | None:
    parts: list[str] = []
    while at < len(text):
        one = text[at]
        if one == '"':
            return "".join(parts), at + 1
        if one == "\\" and text[at + 1 : at + 2] in {'"', "\\", "$", "`", "\n"}:
            parts.append(text[at + 1].replace("\n", ""))
            at += 2
            continue
        parts.append(one)
        at += 1
    return None


def _read_ansi(text: str, at: int) -> tuple[str, int] | None:
    parts: list[str] = []
    while at < len(text):
        one = text[at]
        if one == "'":
            return "".join(parts), at + 1
        if one != "\\":
            parts.append(one)
            at += 1
            continue
        code = _ANSI_CODE.match(text, at + 1)
        if code is not None:
            parts.append(chr(min(int(code[1] or code[2] or code[3], 16), _LAST_CODE)))
            at = code.end()
        else:
            following = text[at + 1 : at + 2]
            parts.append(_ANSI.get(following, following))
            at += 2
    return None


def split_cmd(text: str) -> list[str] | None:
    """Return the arguments of the command as cmd hands it over and a Windows program splits it."""
    line: list[str] = []
    at, is_quoted = 0, False
    while at < len(text):
        one = text[at]
        if one == "^" and not is_quoted:
            if text.startswith("\n\n", at + 1):  # an escaped line end
                line.append("\n")
                at += 3
                continue
            following = text[at + 1 : at + 2]
            line.append("" if following == "\n" else following)
            at += 2
            continue
        if one in _ENDS and not is_quoted:
            break
        is_quoted ^= one == '"'
        line.append(one)
        at += 1
    return _split_windows("".join(line))


def _split_windows(line: str) -> list[str] | None:
    found, at, is_quoted = _Arguments(), 0, False
    while at < len(line):
        one = line[at]
        if one == "\\":
            slashes = len(line) - at - len(line[at:].lstrip("\\"))
            at += slashes
            if line[at : at + 1] != '"':
                found.add("\\" * slashes)
                continue
            found.add("\\" * (slashes // 2))
            if slashes % 2:
                found.add('"')
                at += 1
            continue
        if one == '"':
            if is_quoted and line[at + 1 : at + 2] == '"':
                found.add('"')
                at += 2
                continue
            is_quoted = not is_quoted
            found.add("")
        elif one.isspace() and not is_quoted:
            found.end()
        else:
            found.add(one)
        at += 1
    found.end()
    return None if is_quoted else found.done


def split_powershell(text: str) -> list[str] | None:
    """Return the arguments of the command as PowerShell reads them."""
    found, at = _Arguments(), 0
    while at < len(text) and text[at] not in _ENDS:
        one = text[at]
        if one == "`":
            if text[at + 1 : at + 2] != "\n":
                found.add(text[at + 1 : at + 2])
            at += 2
        elif one in "'\"":
            inside = _read_powershell(text, at + 1, one)
            if inside is None:
                return None
            found.add(inside[0])
            at = inside[1]
        else:
            found.end() if one.isspace() else found.add(one)
            at += 1
    found.end()
    return found.done


def _read_powershell(text: str, at: int, quote: str) -> tuple[str, int] | None:
    parts: list[str] = []
    while at < len(text):
        one = text[at]
        if one == quote:
            if text[at + 1 : at + 2] != quote:
                return "".join(parts), at + 1
            parts.append(quote)
            at += 2
        elif one == "`" and quote == '"':
            following = text[at + 1 : at + 2]
            parts.append(_BACKTICK.get(following, following))
            at += 2
        else:
            parts.append(one)
            at += 1
    return None


def splits_for(text: str) -> tuple[Split, ...]:
    """Return the ways to read a command, the likeliest first, by its line ends and escaped quotes."""
    if re.search(r'\^[ \t]*\n|\^"', text):
        return split_cmd, split_bash, split_powershell
    if re.search(r"`[ \t]*\n|`\"|\$env:|''", text):
        return split_powershell, split_bash, split_cmd
    return split_bash, split_cmd, split_powershell
