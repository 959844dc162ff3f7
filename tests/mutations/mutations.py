"""The defences whose loss must be noticed, each as one replacement in one file and the tests that fail with it."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILE = Path(__file__).with_name("mutations.toml")


@dataclass(frozen=True)
class Mutation:
    """One defence taken out.

    Attributes:
        name: what is lost.
        file: the file, from the project's root.
        find: text that the file holds exactly once.
        replace: what stands in its place while the tests run.
        tests: pytest node ids, or vitest files that begin with ``js/``; at least one test of each must fail.
    """

    name: str
    file: str
    find: str
    replace: str
    tests: tuple[str, ...]

    def applied(self, text: str) -> str:
        """Return the file's text without the defence.

        Raises:
            ValueError: the text to be replaced is not there, or more than once.
        """
        if text.count(self.find) != 1:
            raise ValueError(f"{self.name}: {self.file} holds the text {text.count(self.find)} times")
        return text.replace(self.find, self.replace)


def load_mutations(path: Path = FILE) -> list[Mutation]:
    """Return the mutations in the order of the file."""
    read = tomllib.loads(path.read_text("utf-8"))["mutation"]
    return [Mutation(**{**one, "tests": tuple(one["tests"])}) for one in read]
