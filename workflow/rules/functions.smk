"""Input and parameter functions of the rules."""

import re

from auva.video.encoder import with_version
from auva.tables.layouts import DATASET_TABLES, LAYOUTS, SPLIT_TABLES

MISSING = "<results>/missing"
BATCH_TABLES = ("dataset_videos", "dataset_aus")


def carried(path):
    # files of a run that are not outputs themselves; on a shared disk they exist anyway
    return path if STORED else []


def of_video(method):
    """Return a function that calls a method of CORPUS with the job's video."""
    return lambda wildcards: method(wildcards.video)


def files_of_video(method, *more):
    """Return a function that returns a method's files of the job's video."""
    return lambda wildcards: sources(method(wildcards.video, *more), DISK, MISSING)


def minutes_of_video(least, per_megabyte):
    """Return a function that returns the run time to request; see `Corpus.minutes`."""
    return lambda wildcards, attempt: (
        CORPUS.minutes(wildcards.video, least, per_megabyte) * attempt
    )


def or_exit(method):
    """Return a function that ends the program with one line where a method raises an InputError."""

    def call(*arguments):
        try:
            return method(*arguments)
        except InputError as error:
            sys.exit(f"auva: {error}")

    return call


def of_run(method, *more):
    """Return a function that calls a method of RUNS with the job's run."""
    called = or_exit(method)
    return lambda wildcards: called(wildcards.experiment, wildcards.run, *more)


def original_video(wildcards):
    (path,) = sources([CORPUS.source(wildcards.video)], DISK, MISSING)
    return path


def missing_files(wildcards):
    return "\n".join(CORPUS.missing())


def several_annotations(wildcards):
    files = (
        path
        for video in CORPUS.multiply_annotated()
        for path in (
            *CORPUS.annotations(video, "au"),
            *CORPUS.annotations(video, "va"),
            *CORPUS.layouts(video),
        )
    )
    return sources(files, DISK, MISSING)


def people_of_table(wildcards):
    return (
        CORPUS.people("batch") if wildcards.table in BATCH_TABLES else CORPUS.people()
    )


def split_of_table(wildcards):
    return "<results>/dataset/split.csv" if wildcards.table in SPLIT_TABLES else []


def largest_faces(wildcards):
    return f"<results>/dataset/faces_{max(config['dataset']['sizes'])}.h5"


def digit_folder(wildcards, input):
    # the folder of the job's inputs
    return str(Path(input[0]).parent) if input else config["digits"][wildcards.name]


def digit_files(wildcards):
    return digits_inputs(config["digits"], wildcards.name, DISK)


def run_settings(wildcards):
    return RUNS.run(wildcards.experiment, wildcards.run).as_dict()


def one_of(names):
    # an empty list matches nothing
    return "|".join(map(re.escape, names)) or "(?!)"


def as_dicts(runs):
    return [run.as_dict() for run in runs]


def codes_of(runs):
    return {run.model: RUNS.code(*run.key) for run in runs}


def datasets_of(runs):
    return [RUNS.dataset(*run.key) for run in runs]


def transfer_faces(wildcards):
    run = RUNS.run(wildcards.experiment, wildcards.run)
    return COMPARISON.faces(wildcards.corpus, run)


def transfer_scores(wildcards):
    return or_exit(COMPARISON.transfer_files)()


def extractor_size(wildcards):
    if wildcards.dataset in DIGITS:
        return DIGITS[wildcards.dataset].side
    return int(wildcards.dataset.removeprefix("faces_"))


def training_minutes(wildcards, input):
    # the same for each attempt, because a stopped training continues from its state
    return RUNS.minutes(wildcards.experiment, wildcards.run, megabytes(input.data))


def scoring_minutes(wildcards, input, attempt):
    every = config["evaluation"]["every"]
    size = megabytes(input.data)
    return (
        RUNS.scoring_minutes(wildcards.experiment, wildcards.run, every, size) * attempt
    )


def megabytes(path):
    size = DISK.size_now(path)
    if size is None:  # Snakemake calls the function again when the file exists
        raise FileNotFoundError(2, "not made yet", path)
    return size / 1e6


def image_memory(wildcards, input, attempt):
    # images are in memory as uint8; those of large datasets are in a file (auva.models.gan.data)
    return (2000 + min(4 * round(megabytes(input.data)), 4000)) * attempt


def table_runs(wildcards):
    return as_dicts(RUNS.of_table(wildcards.table))


def of_table(name):
    def files(wildcards):
        return RUNS.files(RUNS.of_table(wildcards.table), "runs", name)

    return files


def family_runs(wildcards):
    return as_dicts(or_exit(RUNS.of_experiment)(wildcards.experiment))


def of_family(name):
    def files(wildcards):
        return RUNS.files(
            or_exit(RUNS.of_experiment)(wildcards.experiment), "runs", name
        )

    return files


def predicting_code(wildcards):
    return RUNS.code(*or_exit(RUNS.predicting)(config["prediction"]).key)


def predicting(name):
    def file(wildcards):
        run = or_exit(RUNS.predicting)(config["prediction"])
        return RUNS.files([run], "runs", name)[0]

    return file
