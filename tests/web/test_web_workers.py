"""Long work in processes of its own: its answers, its errors, and its end with the server."""

import os
from concurrent.futures import ThreadPoolExecutor

import hanging
import pytest
from web_support import Client

from auva.errors import InputError
from auva.records.chosen import Chosen, Counts, read_chosen, write_chosen
from auva.web.responses import ApiError
from auva.web.workers import Workers


def test_work_is_done_in_another_process_and_its_errors_are_told(tmp_path):
    workers = Workers()
    assert workers.run(os.getppid) == os.getpid()
    with pytest.raises(InputError, match=r"chosen\.json: no such file: evaluate the run first"):
        workers.run(read_chosen, tmp_path / "chosen.json")
    with pytest.raises(ApiError, match=r"ended early \(exit status 3\)"):
        workers.run(os._exit, 3)
    workers.end()
    with pytest.raises(ApiError, match="the server ends"):
        workers.run(os.getppid)


def test_the_server_ends_while_a_model_predicts(corpus, serve, monkeypatch):
    monkeypatch.setattr("auva.web.proposals._predicted", hanging.predict)
    run = corpus.folder / "run"
    run.mkdir()
    counts = Counts(1, 1, 1, 1, 1)
    write_chosen(run / "chosen.json", Chosen(1, {"AU1": 0.5}, {}, {}, 0.5, "", 0.5, 0.95, counts))
    (corpus.results / "faces" / "one.crops.h5").touch()
    os.mkfifo(corpus.folder / hanging.PLACE)
    client = Client(serve(corpus, run=str(run)))
    with ThreadPoolExecutor() as asking:
        answer = asking.submit(client.ask, "/api/videos/one/proposals")
        # This waits until the model reads.
        with (corpus.folder / hanging.PLACE).open("wb", buffering=0) as unread:
            serve.end()
            [(_, _, thread)] = serve.started
            assert not thread.is_alive()
            with pytest.raises(BrokenPipeError):
                unread.write(b"an answer")
    assert answer.exception() or answer.result()[0] == 500
