"""How far several annotators of a video agree: coefficients, the table, its picture."""
