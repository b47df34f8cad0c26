"""A finished run as an RO-Crate: the workflow, its tables and packed data, and their provenance."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from auva.files import sha256, write_text
from auva.version import VERSION
from auva.workflow.provenance import chain, records

CONTEXT = "https://w3id.org/ro/crate/1.1/context"
SNAKEMAKE = {
    "@id": "https://snakemake.readthedocs.io",
    "@type": "ComputerLanguage",
    "name": "Snakemake",
    "identifier": "https://snakemake.readthedocs.io",
    "url": "https://snakemake.readthedocs.io",
}
_KINDS = {
    ".csv": "text/csv",
    ".html": "text/html",
    ".md": "text/markdown",
    ".json": "application/json",
    ".h5": "application/x-hdf5",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}


def write_crate(
    files: Sequence[str],
    out_json: str | Path,
    licence: str,
    datasheet: Mapping[str, Any] | None = None,
) -> None:
    """Write `ro-crate-metadata.json` for some results of a finished run.

    The crate describes the files in place (RO-Crate 1.1, with the terms of Workflow Run Crate). It
    has one action per result. The instrument of an action is the workflow, and its objects are the
    source files of the result, each with its SHA-256.

    Parameters
    ----------
    files : sequence of str
        Results to describe, by the workflow's paths.
    out_json : path
        Written: `{results}/ro-crate-metadata.json`; its folder is the root of the crate.
    licence : str
        Identifier (a URL) of the licence of the results.
    datasheet : mapping, optional
        The `datasheet` section of the configuration. `creators` are the crate's authors and
        publisher. `published` is its date; by default the day on which the newest result was made.

    Raises
    ------
    InputError
        If the folder has no provenance records.
    """
    results = Path(out_json).parent
    makers = records(results)
    listed = sorted(file for file in files if file in makers)
    used = {
        file: {step.name: step.used for step in chain(file, makers) if step.record is None}
        for file in listed
    }
    sources = {name: digest for each in used.values() for name, digest in each.items()}
    said = datasheet or {}
    creators = [_creator(name) for name in said.get("creators", [])]
    date = said.get("published") or _day(listed)
    graph = [
        _descriptor(),
        _root(results, listed, licence) | {"datePublished": date} | _makers(creators),
        *creators,
        {"@id": licence, "@type": "CreativeWork", "name": f"Licence of the results: {licence}"},
        _workflow(),
        SNAKEMAKE,
        *(_file(results, file, makers[file]["outputs"][file]) for file in listed),
        *(_source(name, digest) for name, digest in sorted(sources.items())),
        *(_action(results, file, sorted(used[file]), makers[file]["rule"]) for file in listed),
    ]
    text = json.dumps({"@context": CONTEXT, "@graph": graph}, indent=1, ensure_ascii=False)
    write_text(out_json, text + "\n")


def _descriptor() -> dict:
    return {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        "about": {"@id": "./"},
    }


def _root(results: Path, files: Sequence[str], licence: str) -> dict:
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": "A run of auva",
        "description": "Tables, figures and the packed dataset of one run of the auva workflow.",
        "license": {"@id": licence},
        "hasPart": [{"@id": _inside(results, file)} for file in files],
        "mentions": [{"@id": f"#made-{_inside(results, file)}"} for file in files],
    }


def _creator(name: str) -> dict:
    return {"@id": f"#{quote(name)}", "@type": "Organization", "name": name}


def _makers(creators: Sequence[dict]) -> dict:
    links = [{"@id": creator["@id"]} for creator in creators]
    return {"author": links, "publisher": links} if links else {}


def _day(files: Sequence[str]) -> str:
    """Return the day (UTC) on which the newest of some files was made."""
    newest = max((Path(file).stat().st_mtime for file in files if Path(file).exists()), default=0)
    return datetime.fromtimestamp(newest, UTC).date().isoformat()


def _workflow() -> dict:
    return {
        "@id": "#workflow",
        "@type": ["SoftwareSourceCode", "ComputationalWorkflow"],
        "name": "auva",
        "version": VERSION,
        "programmingLanguage": {"@id": SNAKEMAKE["@id"]},
    }


def _file(results: Path, file: str, digest: str) -> dict:
    entity = {
        "@id": _inside(results, file),
        "@type": "File",
        "name": Path(file).name,
        "contentSize": str(Path(file).stat().st_size) if Path(file).exists() else "0",
        "sha256": digest,
    }
    kind = _KINDS.get(Path(file).suffix)
    return {**entity, "encodingFormat": kind} if kind else entity


def _source(name: str, digest: str | None) -> dict:
    known = digest or (sha256(name) if Path(name).is_file() else None)
    entity = {"@id": _source_id(name), "@type": "CreativeWork", "name": Path(name).name}
    return {**entity, "sha256": known} if known else entity


def _action(results: Path, file: str, sources: Sequence[str], rule: str) -> dict:
    return {
        "@id": f"#made-{_inside(results, file)}",
        "@type": "CreateAction",
        "name": rule,
        "instrument": {"@id": "#workflow"},
        "object": [{"@id": _source_id(name)} for name in sources],
        "result": {"@id": _inside(results, file)},
    }


def _inside(results: Path, file: str) -> str:
    return Path(file).relative_to(results).as_posix()


def _source_id(name: str) -> str:
    return f"#source-{quote(name)}"
