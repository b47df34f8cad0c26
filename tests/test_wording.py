import pytest

from auva import wording


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 people"), (1.0, "1 person"), (2, "2 people"), (1200, "1,200 people")]
)
def test_people_are_counted_as_one_says_it(count, text):
    assert wording.people(count) == text
