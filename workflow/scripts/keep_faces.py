"""Keep at most one face per frame of one video and cut the kept faces out."""

from auva.faces.crops import crop_faces
from auva.faces.selection import select_faces
from auva.workflow.stage import stage

with stage(snakemake):
    select_faces(
        detections_csv=snakemake.input.detections,
        manifest_csv=snakemake.input.manifest,
        out_csv=snakemake.output.track,
        cfg=snakemake.params.selection,
        overrides=snakemake.params.overrides,
    )
    crop_faces(
        mp4=snakemake.input.video,
        track_csv=snakemake.output.track,
        out_h5=snakemake.output.crops,
        sheet_png=snakemake.output.sheet,
        cfg=snakemake.params.crops,
    )
