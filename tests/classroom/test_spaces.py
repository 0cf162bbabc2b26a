"""Spaces of visitors: found by a token alone, with a name of their own."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mnistviz.classroom import moves, presence, spaces, teacher
from mnistviz.core import storage
from mnistviz.core.errors import ClassError
from tests.helpers.classes import class_mode, files_below, visitor


@pytest.fixture(autouse=True)
def in_class() -> Iterator[None]:
    with class_mode():
        yield


def test_a_token_opens_the_same_space_again() -> None:
    token = spaces.new_token()
    space = spaces.enter(token)
    assert spaces.enter(token) == space == spaces.find_space(space.id)
    assert spaces.list_spaces() == [space]
    assert storage.spaces() == [space.home]


def test_no_file_has_the_token(home: Path) -> None:
    token = spaces.new_token()
    spaces.enter(token)
    assert len(token) * 4 == 128
    names_and_contents = [text for pair in files_below(home).items() for text in map(str, pair)]
    assert not [text for text in names_and_contents if token in text]


@pytest.mark.parametrize("space_id", ["", "..", "../..", "a" * 16, "../spaces", "x/../y"])
def test_a_guessed_id_opens_no_space(space_id: str) -> None:
    with pytest.raises(ClassError):
        spaces.find_space(space_id)


def test_a_visitor_may_take_another_name_but_nobody_elses() -> None:
    first, second = visitor(), visitor()
    assert spaces.rename(first, "Ada 7").name == "Ada 7"
    assert spaces.find_space(first.id).name == "Ada 7"
    with pytest.raises(ClassError, match="taken"):
        spaces.rename(second, "ada 7")
    assert spaces.rename(first, "Ada 7").name == "Ada 7"


def test_the_consent_is_off_until_it_is_given() -> None:
    space = visitor()
    assert not space.shares_digits
    spaces.change(space, shares_digits=True)
    assert spaces.find_space(space.id).shares_digits
    assert spaces.rename(space, "Ada").shares_digits


def test_a_full_room_forgets_an_old_empty_space_and_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spaces, "MAX_VISITORS", 2)
    empty, used = visitor(), visitor()
    (used.home / "digits").mkdir()
    with pytest.raises(ClassError, match="2 is the most"):
        visitor()
    monkeypatch.setattr(spaces, "EMPTY_SECONDS", -1)
    presence.come(empty.id)
    with pytest.raises(ClassError, match="2 is the most"):
        visitor()
    presence.go(empty.id)
    assert {space.id for space in spaces.list_spaces()} == {empty.id, used.id}
    new = visitor()
    assert {space.id for space in spaces.list_spaces()} == {new.id, used.id}


def test_the_secret_stays_and_only_its_owner_reads_it(home: Path) -> None:
    secret = teacher.secret()
    assert teacher.secret() == secret
    assert (home / "teacher.secret").stat().st_mode & 0o077 == 0 or os.name == "nt"
    assert teacher.is_secret(secret)
    assert not teacher.is_secret(secret[:-1])
    assert not teacher.is_secret("ä")


def test_a_proof_is_bound_to_a_token_and_to_the_secret() -> None:
    token, other = spaces.new_token(), spaces.new_token()
    proof = teacher.proof_of(token)
    assert teacher.is_proof(proof, token)
    assert not teacher.is_proof(proof, other)
    assert not teacher.is_proof("", token)
    assert teacher.secret() not in proof
    teacher.renew_secret()
    assert not teacher.is_proof(proof, token)


def test_secrets_are_compared_in_constant_time() -> None:
    source = Path(teacher.__file__).read_text(encoding="utf-8")
    assert source.count("hmac.compare_digest(") == 2
    assert not re.search(r"secret\(\) ==|== secret\(\)", source)


def test_a_short_secret_in_the_environment_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(teacher.VARIABLE, "short")
    with pytest.raises(ClassError, match="at least 16"):
        teacher.secret()


def test_a_code_works_once_and_for_ten_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    token = spaces.new_token()
    code = moves.make_code(token)
    assert moves.peek(code) == token == moves.token_of(code)
    assert moves.token_of(code) is None
    replaced, code = moves.make_code(token), moves.make_code(token)
    assert moves.token_of(replaced) is None
    now = moves.time.monotonic()
    monkeypatch.setattr(moves.time, "monotonic", lambda: now + 600.1)
    assert moves.token_of(code) is None


def test_a_room_that_cannot_be_written_to_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("MNISTVIZ_HOME", str(tmp_path / "file"))
    with pytest.raises(ClassError, match="MNISTVIZ_HOME"):
        teacher.secret()
