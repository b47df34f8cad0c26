"""How kernels are compiled."""

import numpy as np
from numba.core.caching import CacheImpl

from auva.dpm.jit import kernel


def double(values):
    return values * 2


def test_a_kernel_needs_no_folder_that_can_be_written(monkeypatch):
    monkeypatch.setattr(CacheImpl, "_locator_classes", [])
    assert kernel(double)(np.arange(3)).tolist() == [0, 2, 4]
