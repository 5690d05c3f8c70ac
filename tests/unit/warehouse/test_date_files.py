import duckdb
import pytest

from python_jobs.warehouse import date_files
from python_jobs.warehouse.date_files import swap_folder, write_date_files


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        connection.execute("create schema features")
        # in no order, as a table built by several threads is
        connection.execute(
            """
            create table features.f as
            select date '2026-01-01' + day::int as date_day, id, 'text' as name
            from range(400) as days (day), range(5) as ids (id)
            order by hash(day * 5 + id)
            """
        )
        yield connection


def write(connection, folder, before):
    write_date_files(connection, ("features", "f"), "date_day", folder, before)


def test_each_date_is_one_file_with_all_its_rows_and_columns(connection, tmp_path):
    folder = tmp_path / "it's new"
    write(connection, folder, tmp_path / "none")
    files = sorted(file.name for file in folder.iterdir())
    assert len(files) == 400
    assert files[0] == "2026-01-01.parquet"
    path = str(folder / "2027-01-31.parquet").replace("'", "''")
    found = connection.execute(f"select date_day::text, id, name from '{path}' order by id")
    assert found.fetchall() == [("2027-01-31", id_, "text") for id_ in range(5)]


def test_what_the_folder_held_is_gone(connection, tmp_path):
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "half.parquet").touch()
    connection.execute("delete from features.f")
    write(connection, tmp_path / "new", tmp_path / "none")
    assert list((tmp_path / "new").iterdir()) == []


def test_rows_without_a_date_are_left_out(connection, tmp_path):
    connection.execute("update features.f set date_day = null where date_day <> '2026-01-05'")
    write(connection, tmp_path / "new", tmp_path / "none")
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["2026-01-05.parquet"]


def test_only_files_that_would_say_something_else_are_written(connection, tmp_path):
    connection.execute(
        """
        alter table features.f add column run_id varchar default 'first';
        alter table features.f add column summed double default 0.3;
        """
    )
    write(connection, tmp_path / "old", tmp_path / "none")
    # the same added up in another order
    connection.execute("update features.f set run_id = 'second', summed = 0.1::double + 0.2")
    connection.execute(
        """
        update features.f set name = 'new' where date_day = '2026-01-02' and id = 3;
        delete from features.f where date_day = '2026-01-03' and id = 3;
        delete from features.f where date_day = '2026-01-04';
        insert into features.f select '2028-01-01', 7, 'new', 'second', 0;
        """
    )
    (tmp_path / "old" / "2026-01-05.parquet").unlink()
    write(connection, tmp_path / "new", tmp_path / "old")
    files = connection.execute(
        f"from read_parquet('{tmp_path}/new/*.parquet') select date_day::text, id, name, run_id"
    ).fetchall()
    assert {row[:3] for row in files} == set(
        connection.execute("select date_day::text, id, name from features.f").fetchall()
    )
    written = {"2026-01-02", "2026-01-03", "2026-01-05", "2028-01-01"}
    assert {day for day, *_, run_id in files if run_id == "second"} == written
    assert {day for day, *_, run_id in files if run_id == "first"}.isdisjoint(written)


@pytest.mark.parametrize("harm", ["cut off", "another column", "another type", "twice"])
def test_files_that_somebody_harmed_are_written_anew(connection, tmp_path, harm):
    write(connection, tmp_path / "old", tmp_path / "none")
    file = tmp_path / "old" / "2026-01-02.parquet"
    if harm == "cut off":
        file.write_bytes(file.read_bytes()[:100])
    elif harm == "twice":
        (tmp_path / "old" / "again.parquet").write_bytes(file.read_bytes())
    else:
        select = "*, 1 as other" if harm == "another column" else "* replace (id::varchar as id)"
        connection.execute(f"create table harmed as select {select} from '{file}'")
        connection.execute(f"copy harmed to '{file}' (format parquet)")
    write(connection, tmp_path / "new", tmp_path / "old")
    rows = connection.execute(f"from '{tmp_path}/new/*.parquet' order by all").fetchall()
    assert rows == connection.execute("from features.f order by all").fetchall()
    assert len(list((tmp_path / "new").iterdir())) == 400


def test_where_files_cannot_have_two_names_they_are_copied(connection, tmp_path, monkeypatch):
    def refused(*_):
        raise OSError(95, "Operation not supported")

    write(connection, tmp_path / "old", tmp_path / "none")
    monkeypatch.setattr("pathlib.Path.hardlink_to", refused)
    write(connection, tmp_path / "new", tmp_path / "old")
    assert len(list((tmp_path / "new").iterdir())) == 400


@pytest.mark.parametrize("left_over", [False, True])
@pytest.mark.parametrize("existing", [False, True])
def test_the_new_folder_takes_the_place_of_the_old(tmp_path, existing, left_over):
    folder, new, old = tmp_path / "features", tmp_path / ".features.new", tmp_path / ".features.old"
    for path, wanted in ((folder, existing), (new, True), (old, left_over)):
        if wanted:
            path.mkdir()
            (path / path.name).touch()
    swap_folder(new, folder)
    assert [path.name for path in tmp_path.iterdir()] == ["features"]
    assert [path.name for path in folder.iterdir()] == [".features.new"]


def test_a_folder_that_could_not_be_written_takes_no_room(connection, tmp_path):
    with pytest.raises(duckdb.Error):
        write_date_files(
            connection, ("features", "f"), "no_such_column", tmp_path / "new", tmp_path / "none"
        )
    assert list(tmp_path.iterdir()) == []


def test_where_the_system_cannot_exchange_two_folders_one_is_moved_away_first(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(date_files, "_exchange", lambda one, other: False)
    for name in ("features", "new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    swap_folder(tmp_path / "new", tmp_path / "features")
    assert [file.name for file in (tmp_path / "features").iterdir()] == ["new"]
    assert [path.name for path in tmp_path.iterdir()] == ["features"]
