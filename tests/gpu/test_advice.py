"""Each diagnosis names a fix; taken word for word, it leads to a kernel that runs and is right."""

import inspect

import numpy as np
import pytest
from gpu.advice import places, races, rest, together

from minitensor import errors
from minitensor.gpu import diagnoses, simulator

PAIRS = [
    function
    for module in (races, places, together, rest)
    for name, function in vars(module).items()
    if inspect.isfunction(function)
    and function.__module__ == module.__name__
    and not inspect.signature(function).parameters
]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.__name__)
def test_the_broken_kernel_is_told_what_the_mended_one_does(monkeypatch, pair):
    monkeypatch.setattr(simulator, "ROUNDS", 1000)
    case = pair()
    before = case.result.copy()
    with pytest.raises(errors.KernelError) as caught:
        case.broken()
    assert case.advice in str(caught.value)
    kind = case.diagnosis if isinstance(case.diagnosis, type) else inspect.signature(case.diagnosis).return_annotation
    assert type(caught.value) is kind
    np.testing.assert_array_equal(case.result, before)
    case.mended()
    np.testing.assert_allclose(case.result, case.right, rtol=1e-5, atol=1e-6)


def test_every_diagnosis_is_tried():
    functions = [each for each in vars(diagnoses).values() if inspect.isfunction(each)]
    said = {f for f in functions if f.__module__ == diagnoses.__name__ and not f.__name__.startswith("_")}
    assert {pair().diagnosis for pair in PAIRS} - {errors.TranslationError} == said
