"""Labelled pictures of ten categories: MNIST and Fashion-MNIST are fetched, others need a copy.

in   nothing, or the folders named under `digits`
out  resources/digits/{name}.h5  -> training.smk
cfg  digits
"""


rule fetch_digits:
    """Fetch the original files of MNIST or Fashion-MNIST and check their SHA-256."""
    output:
        protected(
            expand("resources/digits/{{name}}/{file}", file=DIGITS["mnist"].names)
        ),
    log:
        "<logs>/fetch_digits/{name}.log",
    wildcard_constraints:
        name="|".join(FETCHED),
    retries: 2
    localrule: True
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        name="{name}",
    script:
        "../scripts/fetch_digits.py"


rule pack_digits:
    """Pack one dataset of labelled pictures into the layout that trainings read."""
    input:
        files=digit_files,
    output:
        packed="resources/digits/{name}.h5",
    log:
        "<logs>/pack_digits/{name}.log",
    wildcard_constraints:
        name="|".join(DIGITS),
    threads: 1
    resources:
        mem_mb=1500,
        runtime=10,
    params:
        name="{name}",
        folder=digit_folder,
        code=code_of("pack_digits"),
    script:
        "../scripts/pack_digits.py"
