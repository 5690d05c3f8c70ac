"""Builds every customer of a shared store on the workers of a Dask cluster: docs/many-machines.md.

    python docs/examples/fan_out.py s3://bucket/autopilot --scheduler tcp://10.0.0.5:8786

Workers are started in the project's folder with `--nthreads 1`, so that each builds one customer at
a time. Without --scheduler two of them are started here, and end with it.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import dask
import fsspec
from dask.distributed import Client, as_completed, get_worker

FOLDERS = {
    "AUTOPILOT_DATASETS": "datasets",
    "AUTOPILOT_CONFIG": "config",
    "AUTOPILOT_WAREHOUSE": "warehouse",
    "AUTOPILOT_RESULTS": "results",
    "DBT_LOG_PATH": "logs",
}


def newest(fs, published):
    """Return the number of the last version begun and what the last whole one says of itself."""
    files = sorted(fs.find(f"{published}/versions"), reverse=True)
    # empty is what a worker left that died while it wrote, where a store does not write at once
    texts = (text for file in files if (text := fs.cat_file(file)))
    number = int(Path(files[0]).stem) if files else 0
    return number, json.loads(next(texts, "{}"))


def fetch(fs, remote, local):
    """Copy all files below a folder of the store."""
    there = fs.find(remote)
    here = [Path(local, file.removeprefix(f"{remote}/")) for file in there]
    for file in here:
        file.parent.mkdir(parents=True, exist_ok=True)
    fs.get(there, [str(file) for file in here])


def send(fs, local, remote):
    """Copy all files of a folder, which need not be there, into one of the store."""
    here = [file for file in Path(local).glob("*") if file.is_file()]
    fs.makedirs(remote, exist_ok=True)
    fs.put([str(file) for file in here], [f"{remote}/{file.name}" for file in here])


def create(fs, file, content):
    """Write a file into the store; FileExistsError if it is there already."""
    fs.makedirs(file.rpartition("/")[0], exist_ok=True)
    with fs.open(file, "xb") as out:
        out.write(content)


def build(store, customer, platform, asked, home):
    """Build a customer of the store and publish it there.

    Args:
        store: as of the command line.
        customer: as its folder in `datasets` is named.
        platform: the same.
        asked: names this call of the program, so that a customer whose worker died after it had
            published is not built again.
        home: a folder that no other build uses at the same time.

    Returns:
        What went wrong, a sentence each.

    Raises:
        FileExistsError: another build of the customer published meanwhile.

    """
    fs, root = fsspec.url_to_fs(store, use_listings_cache=False)
    name, settings = f"{customer}_{platform}", f"config/{customer}/{platform}"
    published = f"{root}/published/{name}"
    number, before = newest(fs, published)
    if before.get("asked") == asked:
        return []  # by a worker that died before it could say so

    # dbt's target is kept, or it would parse the project for each customer
    for folder in FOLDERS.values():
        shutil.rmtree(home / folder, ignore_errors=True)
    dataset = home / "datasets" / customer / platform
    fetch(fs, f"{root}/datasets/{customer}/{platform}/raw", dataset / "raw")
    shutil.copytree("config/default", home / "config" / "default")
    fetch(fs, f"{root}/{settings}", home / settings)
    if before:
        history = f"{name}.duckdb"
        (home / "warehouse").mkdir()
        fs.get_file(f"{published}/{before['folder']}/{history}", str(home / "warehouse" / history))

    paths = {variable: str(home / folder) for variable, folder in FOLDERS.items()}
    # all that are in the home is this one
    done = subprocess.run(
        ["autopilot", "build", "--all", "--json"],  # noqa: S607
        env=os.environ | paths | {"DBT_TARGET_PATH": str(home / "target")},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        send(fs, home / "logs" / name, f"{root}/logs/{name}")
        told = json.loads(done.stdout)["problems"] if done.stdout else []
        return told or [done.stderr.strip() or f"exit code {done.returncode}"]

    # the version before stays for those who read it; what is older goes, left unfinished or not
    for old in fs.ls(published, detail=False) if before else ():
        if Path(old).name < before["folder"]:
            fs.rm(old, recursive=True)
    key = home / settings / ".key"
    if key.exists() and not fs.exists(f"{root}/{settings}/.key"):
        create(fs, f"{root}/{settings}/.key", key.read_bytes())
    folder = f"{number + 1:08}-{uuid4().hex}"
    send(fs, dataset / "features", f"{published}/{folder}/features")
    send(fs, home / "warehouse", f"{published}/{folder}")
    # readers go by the file in `versions`, so it comes last, and of two workers that began with the
    # same version the second finds it there and has published nothing
    version = json.dumps({"folder": folder, "asked": asked, "published": time.time()})
    create(fs, f"{published}/versions/{number + 1:08}.json", version.encode())
    return []


def build_on_worker(*arguments):
    """Call `build` in the worker's folder."""
    worker = get_worker()
    if worker.state.nthreads > 1:
        raise ValueError("this worker would build several in one folder: give it --nthreads 1")
    return build(*arguments, home=Path(worker.local_directory, "home"))


def main():
    """Build all and print a line for each; return 1 if any customer was not published."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("store", help="file:///... or s3://..., with datasets and config in it")
    parser.add_argument("--scheduler", help="tcp://host:port; without it two workers start here")
    parser.add_argument("--customer", metavar="NAME[/PLATFORM]", help="build it here, without Dask")
    parser.add_argument(
        "--asked", default=uuid4().hex, help="name of this call, the same when tried again"
    )
    arguments = parser.parse_args()
    store, asked = arguments.store, arguments.asked
    if arguments.customer:
        customer, _, platform = arguments.customer.partition("/")
        with TemporaryDirectory() as home:
            problems = build(store, customer, platform or "meta", asked, Path(home))
        print(*(problems or ["published"]), sep="\n")
        return 1 if problems else 0
    fs, root = fsspec.url_to_fs(store)
    folders = [folder.split("/") for folder in fs.glob(f"{root}/datasets/*/*/raw")]
    # no customer waits at a worker, where the death of another would count against it as well
    dask.config.set({"distributed.scheduler.worker-saturation": 1.0})
    local = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": ":0"}
    start, failed = time.perf_counter(), 0
    with Client(arguments.scheduler) if arguments.scheduler else Client(**local) as client:
        # the key is the customer's, so that a scheduler with two clients builds it once at a time
        waited_for = [
            client.submit(build_on_worker, store, *names, asked, key=("build", *names))
            for names in sorted((folder[-3], folder[-2]) for folder in folders)
        ]
        for future in as_completed(waited_for):
            error = future.exception()
            problems = [repr(error)] if error else future.result()
            failed += bool(problems)
            seconds = time.perf_counter() - start
            state = "not published" if problems else "published"
            print(f"{seconds:6.0f} s  {'/'.join(future.key[1:])}  {state}", *problems, flush=True)
            future.release()  # or Dask has it done again when the worker dies that did it
    print(f"{len(waited_for) - failed} of {len(waited_for)} customers published")
    return 1 if failed or not waited_for else 0


if __name__ == "__main__":
    sys.exit(main())
