"""`wslab trace` on a pseudo-terminal, and what a person would see there."""

import codecs
import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
from contextlib import contextmanager

from .traced import APPLICATION

CONTROL = re.compile(r"\x1b\[([?\d;]*)([A-Za-z])|([\r\n])|([^\x1b\r\n]+)")
INCOMPLETE = re.compile(r"(\x1b(\[[?\d;]*)?)?\Z")
"""A control sequence whose end is still to come."""


class Screen:
    """The lines that a terminal shows, scrolled off ones too, and all it was sent."""

    def __init__(self, columns):
        self.columns = columns
        self.lines = [""]
        self.row = self.column = 0
        self.raw = ""
        self.cursor_is_shown = True

    def feed(self, text):
        """Do what a terminal does with a text; of control sequences those we send."""
        self.raw += text
        for parameters, command, control, said in CONTROL.findall(text):
            match command or control:
                case "\r":
                    self.column = 0
                case "\n":
                    self._next_line()
                case "A":
                    self.row = max(0, self.row - int(parameters or 1))
                case "J":
                    self.lines[self.row] = self.lines[self.row][: self.column]
                    del self.lines[self.row + 1 :]
                case "h" | "l":
                    self.cursor_is_shown = command == "h"
                case "m":
                    pass  # a colour
                case "":
                    for character in said:
                        self._put(character)
                case _:
                    raise AssertionError((parameters, command))

    def _put(self, character):
        if self.column == self.columns:
            self.column = 0
            self._next_line()
        line = self.lines[self.row].ljust(self.column)
        self.lines[self.row] = line[: self.column] + character + line[self.column + 1 :]
        self.column += 1

    def _next_line(self):
        self.row += 1
        if self.row == len(self.lines):
            self.lines.append("")

    @property
    def text(self):
        return "\n".join(line.rstrip() for line in self.lines)


TERMINALS = ("NO_COLOR", "COLUMNS", "LINES")  # what says how a terminal is, if set


class Terminal:
    """A command that runs on a terminal of its own."""

    def __init__(self, directory, words, columns, rows, environment):
        self._ours, theirs = pty.openpty()
        self.screen = Screen(columns)
        self.resize(columns, rows)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "wslab.cli", "trace", *words],
            cwd=directory,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={
                **{k: v for k, v in os.environ.items() if k not in TERMINALS},
                "TERM": "xterm-256color",
                **environment,
            },
        )
        os.close(theirs)
        self._painted = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def resize(self, columns, rows):
        """Give the terminal a size, as a window does."""
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, size)
        self.screen.columns = columns

    def _read(self):
        decoder = codecs.getincrementaldecoder("utf-8")()
        rest = ""
        while True:
            try:
                rest += decoder.decode(os.read(self._ours, 1 << 16))
            except OSError:  # the command has gone
                return
            whole = INCOMPLETE.search(rest).start()
            with self._painted:
                self.screen.feed(rest[:whole])
                self._painted.notify_all()
            rest = rest[whole:]

    def wait_for(self, is_there):
        """Wait until what is seen makes it true."""
        with self._painted:
            there = self._painted.wait_for(lambda: is_there(self.screen.text), 60)
        assert there, self.screen.text

    def url(self, path="/"):
        """The address of the server, which its log names."""
        pattern = re.compile(r"running on http://127\.0\.0\.1:(\d+)")
        self.wait_for(pattern.search)
        return f"ws://127.0.0.1:{pattern.search(self.screen.text)[1]}{path}"

    def end(self):
        """Press Ctrl-C; return the exit status, everything painted."""
        self.process.send_signal(signal.SIGINT)
        return self.status()

    def status(self):
        status = self.process.wait(60)
        self._reader.join(60)
        return status

    def dispose(self):
        self.process.kill()
        self.process.wait()
        self._reader.join(60)
        os.close(self._ours)


@contextmanager
def terminal(directory, *words, columns=100, rows=40, **environment):
    """Run `wslab trace` in a directory, which gets an application `app.py`."""
    (directory / "app.py").write_text(APPLICATION)
    it = Terminal(directory, words, columns, rows, environment)
    try:
        yield it
    finally:
        it.dispose()
