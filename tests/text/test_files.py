"""What a program writes is there whole or not at all, and the error names it."""

import errno
import os
import stat
import threading

import pytest

from minitensor.errors import WriteError
from minitensor.text.files import written


@pytest.fixture
def old(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"the old file")
    return path


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("a fault"), OSError(errno.EIO, "broken")])
def test_whatever_goes_wrong_the_old_file_is_left(error, old):
    def fail():
        with written(old) as where:
            where.write_bytes(b"half")
            raise error

    with pytest.raises(WriteError if isinstance(error, OSError) else type(error)):
        fail()
    assert old.read_bytes() == b"the old file"
    assert [each.name for each in old.parent.iterdir()] == [old.name]


def test_until_it_is_whole_the_old_file_is_seen(old):
    with written(old) as where:
        where.write_bytes(b"new")
        assert old.read_bytes() == b"the old file"
        assert (where.parent, where.suffix) == (old.parent.resolve(), ".png")
    assert old.read_bytes() == b"new"


def test_two_that_write_one_file_do_not_mix(tmp_path):
    path, barrier = tmp_path / "a.bin", threading.Barrier(2)

    def write(byte):
        with written(path) as where:
            barrier.wait()
            where.write_bytes(byte * 100_000)

    threads = [threading.Thread(target=write, args=(byte,)) for byte in (b"a", b"b")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert set(path.read_bytes()) in ({ord("a")}, {ord("b")})


def test_modes_and_links_stay(old):
    link = old.with_name("link.png")
    link.symlink_to(old.name)
    old.chmod(0o600)
    with written(link) as where:
        where.write_bytes(b"new")
    assert link.is_symlink()
    assert old.read_bytes() == b"new"
    assert stat.S_IMODE(old.stat().st_mode) == 0o600


def test_what_is_no_plain_file_is_written_as_it_is():
    with written("/dev/null") as where:
        where.write_bytes(b"gone")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_a_name_with_a_zero_byte_is_refused(tmp_path):
    with pytest.raises(WriteError, match=r"is no file name: it holds a zero byte$"), written(f"{tmp_path}/a\0.png"):
        pass
