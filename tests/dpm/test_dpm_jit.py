"""How kernels are compiled."""

import importlib
import pkgutil
from types import ModuleType

import numpy as np
from numba.core.caching import CacheImpl
from numba.core.registry import CPUDispatcher as Dispatcher

import auva.dpm
from auva.dpm.jit import kernel


def double(values):
    return values * 2


def test_a_kernel_needs_no_folder_that_can_be_written(monkeypatch):
    monkeypatch.setattr(CacheImpl, "_locator_classes", [])
    assert kernel(double)(np.arange(3)).tolist() == [0, 2, 4]


def modules() -> list[ModuleType]:
    names = [each.name for each in pkgutil.iter_modules(auva.dpm.__path__, "auva.dpm.")]
    return [importlib.import_module(name) for name in names]


def test_no_kernel_links_another_so_that_bytes_do_not_depend_on_what_was_compiled_when():
    """A linked copy may round differently from another, and its process chooses one of them."""
    checked = 0
    for module in modules():
        for compiled in vars(module).values():
            if isinstance(compiled, Dispatcher) and compiled.__module__ == module.__name__:
                function = compiled.py_func
                called = [function.__globals__.get(name) for name in function.__code__.co_names]
                linked = [each for each in called if isinstance(each, Dispatcher)]
                assert all(each.targetoptions.get("inline") == "always" for each in linked)
                checked += 1
    assert checked > 20
