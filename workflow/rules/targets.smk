"""Named targets, such as `snakemake --cores 8 all_tables`."""


rule all_tables:
    """Every table of the thesis, and the further tables."""
    input:
        expand("<results>/tables/{table}.csv", table=[*RUNS.tables(), *DATASET_TABLES]),
        "<results>/tables/alignment.csv",
        "<results>/tables/audit.csv",
        ["<results>/tables/agreement.csv"] if CORPUS.multiply_annotated() else [],
        "<results>/tables/quality.csv",
        ["<results>/tables/transfer.csv"] if COMPARISON.corpora() else [],
    localrule: True


rule all_figures:
    """The figures of the dataset, of every run and of the results."""
    input:
        "<results>/figures/dataset_action_units.png",
        expand("<results>/figures/trajectories/{video}.png", video=CORPUS.ids),
        RUNS.pictures(),
        ["<results>/figures/agreement.png"] if CORPUS.multiply_annotated() else [],
        ["<results>/figures/models.png"] if RUNS.scored() else [],
    localrule: True


rule all_dataset:
    """The packed faces of every size, with Croissant metadata, datasheet and audit."""
    input:
        "<results>/dataset/datasheet.html",
        "<results>/tables/audit.csv",
    localrule: True


rule all_predictions:
    """Predictions for every video of the sample sheet."""
    input:
        expand("<results>/predictions/{video}.csv", video=CORPUS.ids),
    localrule: True


rule write_crate:
    """Describe the tables and the packed dataset, with their source files, as an RO-Crate."""
    input:
        tables=expand("<results>/tables/{table}.csv", table=["au_f1", "au_mean"]),
        split="<results>/dataset/split.csv",
        faces=expand(
            "<results>/dataset/faces_{size}.h5", size=config["dataset"]["sizes"]
        ),
    output:
        crate="<results>/ro-crate-metadata.json",
    log:
        "<logs>/write_crate.log",
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        licence=config["licence"],
        datasheet=config["datasheet"],
        code=code_of("write_crate"),
    script:
        "../scripts/write_crate.py"
