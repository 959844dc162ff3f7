"""The files of a batch: whole or not there, written once, under names that sort as the items do."""

import errno
import os

import pytest

from genwidget.batch import files
from genwidget.batch.files import copy_once, name_of, prepare_folder, saved_name_of, write_once
from genwidget.errors import ConfigurationError, OutputNotSaved


@pytest.mark.parametrize("place", ["fsync", "replace"])
def test_a_file_that_cannot_be_written_whole_is_not_there(tmp_path, monkeypatch, place):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    target = (files.os, "fsync") if place == "fsync" else (files.Path, "replace")
    with monkeypatch.context() as patch:
        patch.setattr(*target, full)
        with pytest.raises(OutputNotSaved, match="No space left on device"):
            write_once(tmp_path, "a.png", b"picture")
    assert list(tmp_path.iterdir()) == []
    write_once(tmp_path, "a.png", b"picture")
    assert (tmp_path / "a.png").read_bytes() == b"picture"


def test_a_process_that_is_killed_while_it_writes_leaves_no_file_of_that_name(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(files.os, "fsync", lambda _: seen.append(sorted(path.name for path in tmp_path.iterdir())))
    write_once(tmp_path, "a.png", b"picture")
    assert seen == [[".a.png.part"]]
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_a_file_that_is_there_is_not_written_again(tmp_path):
    write_once(tmp_path, "a.png", b"picture")
    write_once(tmp_path, "a.png", b"another")
    assert (tmp_path / "a.png").read_bytes() == b"picture"


def test_two_who_write_a_file_at_once_each_write_it_whole(tmp_path, monkeypatch):
    fsync, written = os.fsync, []

    def write_too(number):
        """Write the same while the first has written, and not moved it yet; what it finds then is whole."""
        if not written:
            written.append("first")
            write_once(tmp_path, "a.png", b"picture")
            written.append((tmp_path / "a.png").read_bytes())
        fsync(number)

    monkeypatch.setattr(files.os, "fsync", write_too)
    write_once(tmp_path, "a.png", b"picture")
    assert written == ["first", b"picture"]
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.png", b"picture")]


def test_what_a_process_that_was_killed_has_left_of_a_file_goes_with_the_next_try(tmp_path):
    (tmp_path / ".a.png.part").write_bytes(b"pic")
    write_once(tmp_path, "a.png", b"picture")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.png", b"picture")]


def test_names_sort_as_items_do_and_take_nothing_of_an_id_that_is_no_name():
    names = [name_of(position, "gen-1", 0, "image/png") for position in (0, 9, 99, 9999)]
    assert names == sorted(names)
    assert names[0] == "00001-gen-1-1.png"
    assert name_of(0, "../../etc/passwd", 1, "image/jpeg") == "00001-_etc_passwd-2.jpg"
    assert saved_name_of(0, "bfl/flux-schnell", "906f1c63-5a1e", 1, "image/jpeg") == "00001-flux-schnell-906f1c63-2.jpg"


def test_a_folder_is_made_and_tried_before_anything_is_paid(tmp_path):
    made = prepare_folder(tmp_path / "a" / "b")
    assert made.is_absolute()
    assert list(made.iterdir()) == []
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="The outputs cannot be saved in "):
        prepare_folder(tmp_path / "file")
    with pytest.raises(ConfigurationError, match="The outputs cannot be saved in "):
        prepare_folder(tmp_path / "a\0b")


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, MemoryError])
@pytest.mark.parametrize("way", ["write", "copy"])
def test_what_interrupts_a_file_leaves_nothing_and_the_next_try_writes_it_whole(tmp_path, monkeypatch, way, error):
    (tmp_path / "source.png").write_bytes(b"picture")
    folder = tmp_path / "copy"

    def save():
        if way == "write":
            write_once(folder, "a.png", b"picture")
        else:
            copy_once(tmp_path / "source.png", folder / "a.png")

    def interrupt(_):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr("genwidget.batch.files.os.fsync", interrupt)
        with pytest.raises(error):
            save()
    assert list(folder.iterdir()) == []
    save()
    assert [(path.name, path.read_bytes()) for path in folder.iterdir()] == [("a.png", b"picture")]


def test_a_copy_of_nothing_is_nothing(tmp_path):
    copy_once(tmp_path / "nowhere" / "a.png", tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []
