"""Find every face in every frame of one video."""

from auva.faces.detection import detect_faces
from auva.workflow.compiled import compiled_code
from auva.workflow.stage import stage

with stage(snakemake), compiled_code():
    detect_faces(
        mp4=snakemake.input.video,
        out_csv=snakemake.output.detections,
        cfg={**snakemake.params.cfg, "calibration": snakemake.input.get("calibration") or None},
        model=snakemake.input.get("model") or None,
        threads=snakemake.threads,
        manifest_csv=snakemake.input.manifest,
    )
