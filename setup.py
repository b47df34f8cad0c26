"""Puts the workflow's own files into a wheel of auva, for `auva init` and `module` blocks.

Everything else about the package stands in pyproject.toml.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

FILES = (
    "config/abaw12.yaml",
    "config/compare.yaml",
    "config/config.yaml",
    "config/thesis.yaml",
    "profiles/**/*",
    "resources/published/*",
    "workflow/**/*",
)


class WithWorkflow(build_py):
    """Copies the files beside the library, into `auva/deploy`."""

    def run(self) -> None:
        """Build as ever, then copy; an editable installation finds them in its clone."""
        super().run()
        if self.editable_mode:
            return
        here = Path(__file__).parent
        for path in (path for pattern in FILES for path in here.glob(pattern)):
            if path.is_file() and "__pycache__" not in path.parts:
                copy = Path(self.build_lib, "auva/deploy", path.relative_to(here))
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, copy)


setup(cmdclass={"build_py": WithWorkflow})
