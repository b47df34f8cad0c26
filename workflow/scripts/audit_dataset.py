"""Search the packed faces for one person in two sets."""

import logging

from auva.audit.report import report, write_audit
from auva.audit.search import audit
from auva.figures.pairs import draw_pairs
from auva.workflow.stage import stage

with stage(snakemake):
    found = audit(snakemake.input.faces, snakemake.params.cfg)
    for line in report(found):
        logging.getLogger("auva").log(logging.INFO if found.clean else logging.WARNING, line)
    write_audit(found, snakemake.output.csv)
    draw_pairs(found, snakemake.output.png, snakemake.output.svg)
