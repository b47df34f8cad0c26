"""Damage to the files between stages, a few of each kind; `benchmarks/mutations.py` tries more."""

import pytest
from mutations import BAD, judge
from stage_files import STAGE_FILES

HEAVY = ("safetensors",)


@pytest.mark.parametrize("name", [each.name for each in STAGE_FILES])
def test_damage_is_refused_in_one_line_or_changes_nothing(name: str) -> None:
    count = 12 if name.endswith(HEAVY) else 40
    found = list(judge(name, range(count)))
    assert [each for each in found if each[1] in BAD] == []
    assert any(outcome == "refused" for _, outcome, _ in found)
