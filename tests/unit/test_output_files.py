"""The file of an output is whole or not there."""

import resource

import pytest

from genwidget.api.media_types import Fetched
from genwidget.api.output_files import write_output
from genwidget.errors import OutputNotSaved


def test_nothing_stays_of_a_file_that_could_not_be_written_whole(tmp_path):
    fetched = Fetched(b"p" * 100_000, "image/png")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
    try:
        with pytest.raises(OutputNotSaved):
            write_output(tmp_path, "id", 1, fetched)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == []
    assert write_output(tmp_path, "id", 1, fetched).read_bytes() == fetched.content
