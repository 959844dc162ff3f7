"""Calls ``genwidget`` in this process, as if each command had one of its own."""

import pytest

from genwidget.cli import main
from genwidget.runs import runner


class Shell:
    """Calls commands in one folder; ``environment`` is set for the time of each."""

    def __init__(self, folder, capsys, environment):
        self.folder = folder
        self.capsys = capsys
        self.environment = environment

    def __call__(self, *arguments, **environment):
        """Call one command with a runner of its own; return its exit code, stdout and stderr.

        A variable whose value is None is not set.
        """
        own = runner.Runner()
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.folder)
            patch.setattr(runner, "shared", lambda: own)
            for name, value in (self.environment | environment).items():
                if value is None:
                    patch.delenv(name, raising=False)
                else:
                    patch.setenv(name, value)
            try:
                code = main(list(map(str, arguments)))
            finally:
                own.close()
        return code, *self.capsys.readouterr()
