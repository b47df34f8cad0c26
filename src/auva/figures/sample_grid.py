"""Generated images at the iterations that the thesis shows (Figures 3.19, 3.20, 3.25 to 3.55)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auva.archive import restored
from auva.errors import InputError
from auva.figures.drawing import figure
from auva.figures.shown import SHOWN, THESIS_ITERATIONS, VANILLA, Shown
from auva.models.run import Run, as_run
from auva.tables.layouts import thesis_family
from auva.tables.results import point_of


def sample_grid(
    run_dir: str | Path,
    run: Run | Mapping[str, Any],
    png: str | Path,
    svg: str | Path | None = None,
) -> None:
    """Draw the sample grids of a run at the iterations that the thesis shows for it.

    Parameters
    ----------
    run_dir : path
        Folder of the run with the pictures samples/iteration-*.png.
    run : Run or mapping
        A run, or the result of `Run.as_dict`.
    png, svg : path
        Written.
    """
    import numpy as np
    from PIL import Image

    run = as_run(run)
    pictures = _pictures(restored(run_dir, "samples"))
    trained = int(run.settings["iterations"])
    shown = shown_for(run)
    # In a short training, several pictures of the thesis may correspond to the same iteration.
    chosen: dict[int, list[int]] = {}
    for wanted in shown.iterations:
        iteration = nearest(list(pictures), wanted, trained, shown.length)
        chosen.setdefault(iteration, []).append(wanted // 1000)
    with figure(png, svg, 2.5 * len(chosen), 3.2, columns=len(chosen)) as (drawn, axes):
        for place, (iteration, thousands) in zip(axes, chosen.items(), strict=True):
            with Image.open(pictures[iteration]) as image:
                place.imshow(np.asarray(image.convert("RGB")), interpolation="nearest")
            place.set_axis_off()
            theirs = ", ".join(map(str, dict.fromkeys(thousands)))
            below = f"\n(thesis: {theirs} thousand)" if shown.figure else ""
            place.set_title(f"iteration {iteration:,}{below}", fontsize=9, loc="center")
        number = f" (thesis, Figure {shown.figure})" if shown.figure else ""
        drawn.suptitle(f"{run.experiment} {run.name}{number}", x=0.02, ha="left", fontsize=10)


def _pictures(folder: Path) -> dict[int, Path]:
    """Return iteration -> picture."""
    found = {int(path.stem.split("-")[1]): path for path in folder.glob("iteration-*.png")}
    if not found:
        raise InputError("holds no pictures iteration-*.png", folder)
    return dict(sorted(found.items()))


def shown_for(run: Run) -> Shown:
    """Return the thesis' figure of a run; without one, four iterations spread evenly."""
    found = None
    if run.kind == "vanilla":
        found = VANILLA.get((run.dataset, float(run.axes["learning_rate"])))
    elif "update_rate" in run.axes:
        found = SHOWN.get((thesis_family(run), point_of(run)))
    if found is not None:
        return found
    quarter = THESIS_ITERATIONS // 4
    return Shown("", (quarter, 2 * quarter, 3 * quarter, THESIS_ITERATIONS))


def nearest(saved: list[int], wanted: int, trained: int, length: int = THESIS_ITERATIONS) -> int:
    """Return the saved iteration nearest to `wanted`.

    If the training is shorter than the thesis' `length`, `wanted` is scaled down.
    """
    target = wanted if trained >= length else wanted * trained / length
    return min(saved, key=lambda iteration: (abs(iteration - target), iteration))
