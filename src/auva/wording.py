"""Numbers in sentences."""


def people(count: float) -> str:
    """Return "1 person", "2 people", "1,200 people"."""
    return "1 person" if count == 1 else f"{count:,.0f} people"
