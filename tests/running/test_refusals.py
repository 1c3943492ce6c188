"""What stands in the way of a start is told in one sentence, with exit code 1 and no traceback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from portal.running import guards

ROOT = Path(__file__).parents[2]


def portal(*arguments: str, env: dict[str, str], **options: Any) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PORTAL_", "DATABASE_"))}
    return subprocess.run(
        [sys.executable, "-m", "portal.cli", *arguments],
        env={**clean, "PYTHONDONTWRITEBYTECODE": "1", **env},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        **options,
    )


def refusal(*arguments: str, env: dict[str, str], **options: Any) -> str:
    """The one sentence that the command says instead of doing its work."""
    done = portal(*arguments, env=env, **options)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.strip()]
    assert line.startswith("Error: ")
    return line.removeprefix("Error: ")


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


@pytest.fixture
def free_port() -> int:
    return guards.free_port("127.0.0.1", 0)


def test_a_taken_port_is_named_with_the_way_out(tmp_path: Path, taken_port: int) -> None:
    said = refusal("run", env={"PORTAL_VAR": str(tmp_path), "PORTAL_PORT": str(taken_port)})
    assert said == (
        f"Port {taken_port} is taken on 127.0.0.1; choose another one with PORTAL_PORT={taken_port + 1}."
    )


@pytest.mark.parametrize(
    ("port", "words"), [("http", "must be a whole number"), ("70000", "from 1 to 65535"), ("0", "from 1 to")]
)
def test_a_port_is_a_number(tmp_path: Path, port: str, words: str) -> None:
    assert words in refusal("run", env={"PORTAL_VAR": str(tmp_path), "PORTAL_PORT": port})


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://root@localhost/shop", "names mysql; Counterpart needs PostgreSQL"),
        ("not an address", "is not an address like postgresql://"),
        ("postgresql://localhost:port/shop", "is not an address like postgresql://"),
        ("postgresql://me@127.0.0.1:1/shop", "answers at 127.0.0.1:1"),
        (
            "postgresql://me@no-such-host.invalid/shop",
            "The host no-such-host.invalid named in DATABASE_URL is not known",
        ),
        ("postgresql://me@/shop?host=/no/such/folder", "No PostgreSQL answers at"),
    ],
)
def test_a_broken_database_address(tmp_path: Path, free_port: int, url: str, words: str) -> None:
    env = {"PORTAL_VAR": str(tmp_path), "PORTAL_PORT": str(free_port), "DATABASE_URL": url}
    said = refusal("run", env=env)
    assert words in said


def test_a_database_that_does_not_exist(
    tmp_path: Path, free_port: int, server_url: Callable[[str], str]
) -> None:
    env = {"PORTAL_VAR": str(tmp_path), "PORTAL_PORT": str(free_port), "DATABASE_URL": server_url("no_such")}
    assert "create it with: createdb no_such" in refusal("run", env=env)


def test_a_user_that_the_server_does_not_know(
    tmp_path: Path, free_port: int, server_url: Callable[[str], str]
) -> None:
    url = server_url("postgres")
    scheme, rest = url.split("://")
    rest = rest.split("@", 1)[1]
    env = {
        "PORTAL_VAR": str(tmp_path),
        "PORTAL_PORT": str(free_port),
        "DATABASE_URL": f"{scheme}://stranger:hunter2@{rest}",
    }
    said = refusal("run", env=env)
    assert "does not accept the user 'stranger'" in said
    assert "hunter2" not in said


def test_a_server_that_is_too_old(
    tmp_path: Path, free_port: int, database_url: str, server_url: Callable[[str], str]
) -> None:
    # A server of ours that says it is PostgreSQL 15: its answer is hidden behind one of our own.
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("create schema if not exists old")
        connection.execute(
            "create or replace function old.current_setting(text) returns text language sql as "
            "$$ select case $1 when 'server_version_num' then '150004' else pg_catalog.current_setting($1) end $$"
        )
        try:
            joint = "&" if "?" in database_url else "?"
            url = f"{database_url}{joint}options=-csearch_path%3Dold,pg_catalog"
            env = {"PORTAL_VAR": str(tmp_path), "PORTAL_PORT": str(free_port), "DATABASE_URL": url}
            assert "is PostgreSQL 15; Counterpart needs 16 or newer." in refusal("run", env=env)
        finally:
            connection.execute("drop schema old cascade")


def test_a_file_where_the_folder_should_be(tmp_path: Path, free_port: int) -> None:
    file = tmp_path / "var"
    file.write_text("")
    said = refusal("run", env={"PORTAL_VAR": str(file), "PORTAL_PORT": str(free_port)})
    assert "set PORTAL_VAR" in said
    assert str(file) in said


@contextmanager
def small_disk(folder: Path, options: str) -> Iterator[Path]:
    """A file system of its own. Only root can make one, and in some containers not even root."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", options, "none", str(folder)]
    made = subprocess.run(command, check=False, capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"needs a small file system, which cannot be made here: {made.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_folder_that_may_not_be_written(tmp_path: Path, free_port: int) -> None:
    env = {"PORTAL_VAR": str(tmp_path / "locked"), "PORTAL_PORT": str(free_port)}
    if os.geteuid() == 0:  # root may write in every folder that can be written at all
        with small_disk(tmp_path / "locked", "ro,size=1m"):
            said = refusal("run", env=env)
    else:
        (tmp_path / "locked").mkdir(mode=0o555)
        said = refusal("run", env=env)
    assert said.startswith(f"{tmp_path / 'locked'} cannot be written (")
    assert said.endswith("; set PORTAL_VAR to a folder you own with free space.")


def test_a_disk_that_becomes_full(tmp_path: Path, free_port: int) -> None:
    with small_disk(tmp_path / "disk", "size=4m,mode=755") as disk:
        said = refusal("run", env={"PORTAL_VAR": str(disk), "PORTAL_PORT": str(free_port)})
    assert said == f"The disk is full: PostgreSQL cannot write to {disk / 'postgres'}."


def test_a_disk_that_is_full(tmp_path: Path, free_port: int) -> None:
    with small_disk(tmp_path / "disk", "size=32k,mode=755") as disk:
        said = refusal("run", env={"PORTAL_VAR": str(disk), "PORTAL_PORT": str(free_port)})
    assert "cannot be written (No space left on device)" in said


def test_production_needs_its_secret_and_its_database() -> None:
    assert "DATABASE_URL is not set" in refusal("serve", env={})
    said = refusal("serve", env={"DATABASE_URL": "postgresql://localhost/x", "PORTAL_SECRET_KEY": "secret"})
    assert said.startswith("PORTAL_SECRET_KEY is missing or shorter than 32 characters")


def test_the_demo_is_never_public() -> None:
    env = {
        "DATABASE_URL": "postgresql://localhost/x",
        "PORTAL_SECRET_KEY": "kD93mfQ0v7_Lw1xTq8ZrYbNcHs5UeAoPj2GiV4",
        "PORTAL_DEMO": "yes",
        "PORTAL_PUBLIC_URL": "https://orders.example.com",
    }
    assert "the demo runs on 127.0.0.1 only" in refusal("serve", env=env)


def test_the_worker_needs_a_mail_server(database_url: str) -> None:
    env = {"DATABASE_URL": database_url, "PORTAL_SECRET_KEY": "kD93mfQ0v7_Lw1xTq8ZrYbNcHs5UeAoPj2GiV4"}
    assert "PORTAL_SMTP_URL is not set" in refusal("worker", env=env)
    said = refusal("worker", env={**env, "PORTAL_SMTP_URL": "mail.example.com:25"})
    assert "is not an address like smtp://" in said


def test_every_command_has_help() -> None:
    listed = portal("--help", env={})
    assert listed.returncode == 0
    names = [line.split()[0] for line in listed.stdout.split("Commands:")[1].splitlines() if line.strip()]
    assert {"run", "serve", "worker", "migrate", "seed", "import", "add-staff", "routes"} <= set(names)
