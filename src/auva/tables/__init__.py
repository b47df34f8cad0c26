"""The result tables of the thesis, its numbers and ours beside each other.

>>> from auva.tables import LAYOUTS, write_table
>>> sorted(LAYOUTS)[:2]
['au_f1', 'au_mean']
"""

from auva.tables.layouts import LAYOUTS, Layout
from auva.tables.write import write_categories, write_details, write_leakage, write_table

__all__ = [
    "LAYOUTS",
    "Layout",
    "write_categories",
    "write_details",
    "write_leakage",
    "write_table",
]
