"""A Kubernetes of this machine: its API as far as the executor speaks it, and pods as processes.

Each pod runs what its container says in an empty folder. The API refuses what that of a real
cluster refuses: a GPU that is requested without a limit, and the log of a container's previous
start where it was started once.
"""

import base64
import os
import signal
import subprocess
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from flask import Flask, jsonify, request
from werkzeug.serving import make_server

JOBS = "/apis/batch/v1/namespaces/<_>/jobs"
PODS = "/api/v1/namespaces/<_>/pods"
SECRETS = "/api/v1/namespaces/<_>/secrets"


@dataclass
class Pod:
    """A process in an empty folder."""

    folder: Path
    spec: dict[str, Any]
    process: subprocess.Popen

    @property
    def container(self) -> dict[str, Any]:
        """What the pod was asked to run."""
        return self.spec["containers"][0]

    @property
    def output(self) -> str:
        """What it has printed."""
        return (self.folder / "output").read_text(errors="replace")

    def status(self) -> dict[str, int]:
        """Return the status of its job."""
        code = self.process.poll()
        return {"active": 1} if code is None else {"failed" if code else "succeeded": 1}

    def end(self) -> None:
        """End it with all that it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass
class Kubernetes:
    """A cluster of one node.

    Parameters
    ----------
    folder : Path
        Where its pods run.
    env : dict
        What the image sets, beside the secrets that a job asks for.
    """

    folder: Path
    env: dict[str, str]
    pods: dict[str, Pod] = field(default_factory=dict)
    ended: list[Pod] = field(default_factory=list)
    secrets: dict[str, dict[str, str]] = field(default_factory=dict)

    def __enter__(self) -> "Kubernetes":
        """Begin to serve on loopback."""
        self.folder.mkdir(parents=True)
        self._server = make_server("127.0.0.1", 0, self._app(), threaded=True)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """End all pods."""
        self._server.shutdown()
        for pod in self.pods.values():
            pod.end()

    @property
    def submitted(self) -> list[Pod]:
        """All pods there have been."""
        return [*self.ended, *self.pods.values()]

    def write_config(self, path: Path) -> None:
        """Write what `KUBECONFIG` names."""
        server = {"server": f"http://127.0.0.1:{self._server.server_port}"}
        config = {
            "clusters": [{"name": "here", "cluster": server}],
            "users": [{"name": "me", "user": {}}],
            "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}],
            "current-context": "here",
        }
        path.write_text(yaml.safe_dump(config))

    def start(self, job: dict[str, Any]) -> None:
        """Start the pod of a job."""
        spec = job["spec"]["template"]["spec"]
        container = spec["containers"][0]
        folder = self.folder / job["metadata"]["name"]
        (folder / "workdir").mkdir(parents=True)
        secrets = {
            entry["name"]: self.secrets[source["name"]][source["key"]]
            for entry in container["env"]
            for source in [entry["valueFrom"]["secretKeyRef"]]
        }
        with (folder / "output").open("wb") as output:
            process = subprocess.Popen(
                [*container["command"], *container["args"]],
                cwd=folder / "workdir",
                env={**self.env, **secrets, "HOME": str(folder / "home")},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.pods[job["metadata"]["name"]] = Pod(folder, spec, process)

    def _app(self) -> Flask:
        app = Flask("kubernetes")

        @app.post(SECRETS)
        def secret(_: str):
            body = request.get_json()
            self.secrets[body["metadata"]["name"]] = {
                key: base64.b64decode(value).decode() for key, value in body["data"].items()
            }
            return body, 201

        @app.delete(f"{SECRETS}/<name>")
        def forget(_: str, name: str):
            del self.secrets[name]
            return {"status": "Success"}

        @app.post(JOBS)
        def create(_: str):
            job = request.get_json()
            asked = job["spec"]["template"]["spec"]["containers"][0]["resources"]
            limits = asked.get("limits", {})
            if any("/" in key and key not in limits for key in asked["requests"]):
                return refusal(422, "Limit must be set for non overcommitable resources")
            self.start(job)
            return job, 201

        @app.get(f"{JOBS}/<name>/status")
        def status(_: str, name: str):
            return {"metadata": {"name": name}, "status": self.pods[name].status()}

        @app.delete(f"{JOBS}/<name>")
        @app.delete(f"{PODS}/<name>")
        def delete(_: str, name: str):
            pod = self.pods.pop(name, None)
            if pod is None:
                return refusal(404, "not found")
            pod.end()
            self.ended.append(pod)
            return {"metadata": {"name": name}}

        @app.get(PODS)
        def pods(_: str):
            name = request.args["labelSelector"].removeprefix("job-name=")
            return jsonify(items=[_described(name, self.pods[name])] if name in self.pods else [])

        @app.get(f"{PODS}/<name>/log")
        def log(_: str, name: str):
            if request.args.get("previous", "false").lower() == "true":
                return refusal(400, f'previous terminated container in pod "{name}" not found')
            return self.pods[name].output

        return app


def _described(name: str, pod: Pod) -> dict[str, Any]:
    code = pod.process.poll()
    state = {"running": {}} if code is None else {"terminated": {"exitCode": code}}
    container = {"name": "snakemake", "state": state, "ready": code is None, "restartCount": 0}
    statuses = [{**container, "image": "auva", "imageID": "auva"}]
    return {"metadata": {"name": name}, "status": {"containerStatuses": statuses}}


def refusal(code: int, message: str) -> tuple[dict[str, Any], int]:
    """Return how the API refuses."""
    return {"kind": "Status", "status": "Failure", "message": message, "code": code}, code
