"""Files of people: here, of a web server and of a store; read in memory, and told of by line alone."""

import os
from hashlib import sha256
from pathlib import Path

import pytest
from s3_places import CREDENTIALS, bucket_at

from massctl.audience.source_file import FILE_BYTES_MAX, FileReader
from massctl.audience.source_rows import SourceFaultsError, SourceTally
from massctl.model.diagnostics import Place
from massctl.transport import Line

PEOPLE = [f"oEAST{number:023}" for number in range(50)]
TEXT = "".join(f"{each}\n" for each in PEOPLE).encode()
AT = Place("audiences/east.yaml")


def parquet(folder: Path) -> bytes:
    import duckdb

    path = folder / "made.parquet"
    values = ", ".join(f"('{each}')" for each in PEOPLE)
    duckdb.sql(f"COPY (SELECT * FROM (VALUES {values}) AS t(openid)) TO '{path}'")
    return path.read_bytes()


def reader(
    tmp_path: Path, answers: dict[str, bytes] | None = None, **environment: str
) -> FileReader:
    def app(environ, start_response):
        found = (answers or {}).get(environ["PATH_INFO"])
        status = "200 OK" if found is not None else "404 Not Found"
        start_response(status, [("Content-Type", "text/plain")])
        return [found if found is not None else f"no {PEOPLE[0]} here".encode()]

    store = environment.pop("ENDPOINT", None)
    return FileReader(tmp_path, environment, lambda: Line(inside=app), store)


def read(found: FileReader, named: str) -> list[str]:
    with found.opened(named, AT) as opened:
        return list(opened.openids(SourceTally(Place(opened.shown))))


def faults(found: FileReader, named: str) -> str:
    with pytest.raises(SourceFaultsError) as caught:
        read(found, named)
    said = str(
        [(each.code, str(each.place), each.message, each.hint) for each in caught.value.diagnostics]
    )
    assert PEOPLE[0] not in said
    return said


@pytest.mark.parametrize("kind", ["pipe", "linked pipe", "device", "proc", "circle", "folder"])
def test_what_is_no_regular_file_is_refused_at_once(tmp_path, kind):
    path = tmp_path / "list.txt"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        target = {
            "linked pipe": tmp_path / "pipe",
            "device": Path("/dev/zero"),
            "proc": Path("/proc/self/environ"),
            "circle": path,
        }[kind]
        path.symlink_to(target)
        if kind == "linked pipe":
            os.mkfifo(target)
    said = faults(reader(tmp_path), "list.txt")
    assert "MC601" in said
    assert ("circle" if kind == "circle" else "not a regular file") in said


@pytest.mark.child
@pytest.mark.parametrize(
    ("made", "code"),
    [(b"", "MC607"), (b"PAR1" + bytes(100) + b"PAR1", "MC607"), ("id", "MC604")],
)
def test_a_table_that_gives_no_openids_is_told_as_a_list_is(tmp_path, made, code):
    import duckdb

    path = tmp_path / "list.parquet"
    if isinstance(made, bytes):
        path.write_bytes(made)
    else:
        duckdb.sql(f"COPY (SELECT 1 AS {made}) TO '{path}'")
    assert code in faults(reader(tmp_path), "list.parquet")


@pytest.mark.parametrize("named", ["list.txt", "../here/list.txt", "{}/list.txt"])
def test_a_file_is_found_from_the_repository_and_by_its_whole_path(tmp_path, named):
    root = tmp_path / "here"
    root.mkdir()
    (root / "list.txt").write_bytes(TEXT)
    assert PEOPLE == read(reader(root), named.format(root))


@pytest.mark.child
@pytest.mark.parametrize("ending", ["txt", "parquet"])
def test_a_file_that_is_edited_meanwhile_is_read_and_named_as_it_was(tmp_path, ending):
    data = TEXT if ending == "txt" else parquet(tmp_path)
    path = tmp_path / f"list.{ending}"
    path.write_bytes(data)
    with reader(tmp_path).opened(path.name, AT) as opened:
        path.write_bytes(b"oELSE00001\n")
        assert PEOPLE == list(opened.openids(SourceTally(Place(opened.shown))))
        assert sha256(data).hexdigest() == opened.sha256()


def test_a_file_of_a_web_server_is_read_in_memory(tmp_path):
    table = b"name,openid\r\n" + b"".join(b"x," + each.encode() + b"\r\n" for each in PEOPLE)
    web = reader(tmp_path, {"/east.txt": TEXT, "/east.csv": table})
    assert PEOPLE == read(web, "https://files.example/east.txt?signature=hunter2-hunter2")
    assert PEOPLE == read(web, "https://files.example/east.csv")
    assert [] == list(tmp_path.iterdir())


@pytest.mark.child
def test_a_parquet_file_of_a_web_server_reaches_the_child_in_memory(tmp_path):
    web = reader(tmp_path, {"/east.parquet": parquet(tmp_path), "/bad.parquet": TEXT})
    (tmp_path / "made.parquet").unlink()
    assert PEOPLE == read(web, "https://files.example/east.parquet")
    assert "DuckDB" in faults(web, "https://files.example/bad.parquet")
    assert [] == list(tmp_path.iterdir())


def test_what_a_web_server_does_not_have_is_told_without_its_words(tmp_path):
    said = faults(reader(tmp_path), "https://files.example/gone.csv?key=hunter2-hunter2")
    assert "404" in said
    assert "hunter2" not in said


def test_a_fault_is_told_by_its_line(tmp_path):
    (tmp_path / "list.txt").write_bytes(b"\n" + TEXT + b"nobody\n")
    assert "list.txt:52:1" in faults(reader(tmp_path), "list.txt")


def test_a_missing_file_and_one_of_another_kind_are_faults(tmp_path):
    assert "MC601" in faults(reader(tmp_path), "gone.csv")
    assert ".parquet" in faults(reader(tmp_path), "list.xlsx")


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    with (tmp_path / "list.txt").open("wb") as file:
        file.write(TEXT)
        file.truncate(FILE_BYTES_MAX + 1)
    assert "MC60" in faults(reader(tmp_path), "list.txt")


@pytest.mark.slow
@pytest.mark.enable_socket
def test_a_file_of_a_store_is_read_in_memory(tmp_path):
    store = bucket_at("lists")
    store.create("east.txt", TEXT)
    found = reader(tmp_path, ENDPOINT=store.endpoint, **CREDENTIALS)
    assert PEOPLE == read(found, f"s3://{store.name}/lists/east.txt")
    assert "does not have it" in faults(found, f"s3://{store.name}/lists/gone.txt")
    assert [] == list(tmp_path.iterdir())
