"""Executors: the same tasks in this process, in processes, and on a real Dask cluster of two workers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from pathlib import Path

import psutil
import pytest
from distributed import Client

from benchmarks.bench_build import publishable_faults
from benchmarks.generator import Corpus, Rates, write
from kg.errors import KgError
from kg.mapping.reference import reference_triples
from kg.records.problems import Problem, RecordError
from kg.store import current_version
from kg.store.build import build
from kg.store.cache import Cache
from kg.store.dataset import dataset_id
from kg.store.executors import WorkerLost, executor_of, workers_of

OURS = (str(Path(__file__).parent), os.environ.get("PYTHONPATH", ""))


# Tasks. Workers import them from this file, so it must be importable there: see `clusters`.
def square(number: int) -> int:
    return number * number


def where_it_runs(_: int) -> int:
    time.sleep(0.1)
    return os.getpid()


def end_the_process(name: str) -> str:
    if name.startswith("poison"):
        os.kill(os.getpid(), signal.SIGKILL)
    return name


def refuse(file: str) -> str:
    raise RecordError(file, [Problem("is not a record", file=file)])


def sleep_long(path: str) -> None:
    Path(path).write_text(str(os.getpid()))
    time.sleep(60)


def triples() -> int:
    return sum(1 for _ in reference_triples())


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A scheduler and two workers, each a process started from the command line."""
    folder = tmp_path_factory.mktemp("dask")
    note = folder / "scheduler.json"
    processes = [
        dask("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", note)
    ]
    try:
        wait_for(note.exists)
        options = ("--nthreads", "1", "--host", "127.0.0.1", "--no-dashboard", "--local-directory", folder)
        processes += [
            dask("worker", "--scheduler-file", note, "--name", name, *options) for name in ("a", "b")
        ]
        with Client(scheduler_file=str(note), set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
            address = client.scheduler.address.removeprefix("tcp://")
        yield f"dask://{address}"
    finally:
        for process in reversed(processes):
            process.terminate()
        for process in processes:
            process.wait(30)


def dask(*arguments: object) -> subprocess.Popen[bytes]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(OURS)}
    command = [sys.executable, "-m", "dask", *map(str, arguments)]
    return subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)


@pytest.fixture(params=["serial", "processes:2", "dask"])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    text = request.getfixturevalue("cluster") if request.param == "dask" else request.param
    with executor_of(text) as opened:
        yield opened


def test_every_task_gives_its_own_result(executor: Executor) -> None:
    futures = [executor.submit(square, number) for number in range(50)]
    assert [future.result() for future in futures] == [number * number for number in range(50)]
    assert list(executor.map(square, range(5))) == [0, 1, 4, 9, 16]


def test_an_error_of_a_task_arrives_whole(executor: Executor) -> None:
    with pytest.raises(RecordError) as caught:
        executor.submit(refuse, "a.yaml").result()
    assert caught.value.problems == (Problem("is not a record", file="a.yaml"),)


def test_the_program_itself_runs_there(executor: Executor) -> None:
    assert executor.submit(triples).result() == triples()


@pytest.mark.parametrize("kind", ["processes:2", "dask"])
def test_tasks_run_in_two_other_processes(kind: str, request: pytest.FixtureRequest) -> None:
    text = request.getfixturevalue("cluster") if kind == "dask" else kind
    with executor_of(text) as executor:
        ran_in = {future.result() for future in [executor.submit(where_it_runs, n) for n in range(12)]}
    assert len(ran_in) == 2
    assert os.getpid() not in ran_in


def test_a_killed_worker_costs_its_task_only() -> None:
    names = ["a", "poison 1", "b", "c", "poison 2", *map(str, range(20))]
    with executor_of("processes:2") as executor:
        futures = {name: executor.submit(end_the_process, name) for name in names}
        for name, future in futures.items():
            if name.startswith("poison"):
                with pytest.raises(WorkerLost, match=rf"end_the_process\({name}\).*ended from outside"):
                    future.result()
            else:
                assert future.result() == name
        assert executor.submit(square, 7).result() == 49


def test_a_task_that_kills_workers_of_a_cluster_is_named(cluster: str) -> None:
    with executor_of(cluster) as executor:
        with pytest.raises(WorkerLost, match=r"end_the_process\(poison\)"):
            executor.submit(end_the_process, "poison").result()
        assert executor.submit(square, 7).result() == 49


def test_a_build_on_a_cluster_is_that_of_one_process(cluster: str, tmp_path: Path) -> None:
    write(Corpus(2, 2, seed=4, rates=Rates(faults=1.0), only=publishable_faults()), tmp_path / "corpus")
    store = tmp_path / "store"
    command = [sys.executable, "-m", "kg", "build", str(tmp_path / "corpus"), "--store", str(store), "--json"]
    environment = os.environ | {"KG_BUILD_CACHE": str(tmp_path / "there")}
    ended = subprocess.run(
        [*command, "--executor", cluster], env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["made"] == 4
    here = build([tmp_path / "corpus"], cache=Cache(tmp_path / "here"))
    version = current_version(store)
    assert version.id == dataset_id({name: text.digest for name, text in here.texts().items()})
    report = version.report("json")
    assert report is not None
    assert here.report is not None
    assert report.read_text("utf-8") == here.report.to_json()


def test_processes_end_with_their_parent(tmp_path: Path) -> None:
    script = (
        "import sys; from kg.store.executors import executor_of; from test_executors import sleep_long\n"
        "if __name__ == '__main__':\n"
        "    with executor_of('processes:1') as e: e.submit(sleep_long, sys.argv[1]).result()\n"
    )
    (tmp_path / "parent.py").write_text(script)
    note = tmp_path / "pid"
    parent = subprocess.Popen(
        [sys.executable, str(tmp_path / "parent.py"), str(note)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(OURS)},
    )
    wait_for(lambda: note.exists() and note.read_text() != "")
    worker = psutil.Process(int(note.read_text()))
    parent.kill()
    parent.wait()
    wait_for(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE)


def test_tasks_that_wait_are_dropped_when_the_caller_gives_up() -> None:
    futures: list[Future[int]] = []

    def give_up() -> None:
        with executor_of("processes:1") as executor:
            futures.extend(executor.submit(where_it_runs, number) for number in range(1000))
            raise KeyError

    with pytest.raises(KeyError):
        give_up()
    assert any(future.cancelled() for future in futures)
    assert all(future.done() for future in futures)


@pytest.mark.parametrize("text", ["", "threads", "processes:0", "processes:x", "dask", "http://x"])
def test_another_text_is_refused(text: str) -> None:
    with pytest.raises(KgError, match="no executor"), executor_of(text):
        pass


def test_a_scheduler_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.store.executors.CONNECT_SECONDS", 1)
    with (
        pytest.raises(KgError, match=r"dask://127\.0\.0\.1:9: no Dask scheduler answers"),
        executor_of("dask://127.0.0.1:9"),
    ):
        pass


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(KgError, match=r"kg\[dask\]|digigov-kg\[dask\]"), executor_of("dask://127.0.0.1:9"):
        pass


def test_how_many_tasks_run_at_a_time() -> None:
    assert workers_of("serial") == 1
    assert workers_of("processes:3") == 3
    assert (workers_of("processes") or 0) >= 1
    assert workers_of("dask://h:1") is None


def wait_for(condition, seconds: float = 30) -> None:  # type: ignore[no-untyped-def]
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)
