"""The synthetic demo corpus: one job per video.

in   nothing
out  resources/demo/{videos,au,va,truth}/*  -> video.smk, labels.smk
cfg  demo, seed
"""

for container, names in demo_containers().items():

    rule:
        """Render one video of the demo corpus with its annotations and its ground truth."""
        name:
            f"render_demo_{container}"
        output:
            video=f"resources/demo/videos/{{video}}.{container}",
            au="resources/demo/au/{video}.txt",
            va="resources/demo/va/{video}.txt",
            truth="resources/demo/truth/{video}.csv",
        log:
            "<logs>/render_demo/{video}.log",
        wildcard_constraints:
            video="|".join(names),
        threads: 1
        resources:
            mem_mb=lambda wildcards, attempt: 700 * attempt,
            runtime=lambda wildcards, attempt: 10 * attempt,
        params:
            cfg=config["demo"],
            seed=config["seed"],
            code=code_of("render_demo"),
        script:
            "../scripts/render_demo.py"
