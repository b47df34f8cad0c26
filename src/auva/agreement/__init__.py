"""How far several annotators of a video agree: coefficients, the table, its picture."""

from auva.agreement.coefficients import (
    cohen_kappa,
    dimension_agreement,
    fleiss_kappa,
    icc_2k,
    pabak,
    unit_agreement,
)
from auva.agreement.picture import plot_agreement
from auva.agreement.table import ALL, COLUMNS, agreement_table, measure

__all__ = [
    "ALL",
    "COLUMNS",
    "agreement_table",
    "cohen_kappa",
    "dimension_agreement",
    "fleiss_kappa",
    "icc_2k",
    "measure",
    "pabak",
    "plot_agreement",
    "unit_agreement",
]
