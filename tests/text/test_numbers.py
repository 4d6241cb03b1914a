"""Numbers in words are the numbers, to three digits."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minitensor.text.numbers import in_bytes, in_percent, in_rate, in_seconds


def size(words, units):
    number, unit = words.split()
    return float(number.replace(",", "")) * units[unit]


@given(st.floats(1e-9, 1e5))
def test_a_time_in_words_is_the_time(seconds):
    units = {"s": 1, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9}
    assert size(in_seconds(seconds), units) == pytest.approx(seconds, rel=0.006)


@given(st.floats(0, 1e15))
def test_bytes_in_words_are_the_bytes(count):
    units = {"TB": 1e12, "GB": 1e9, "MB": 1e6, "kB": 1e3, "B": 1}
    assert size(in_bytes(count), units) == pytest.approx(count, rel=0.006, abs=0.5)


@given(st.floats(1e-12, 1e4))
def test_a_fraction_in_words_is_the_fraction(fraction):
    words = in_percent(fraction)
    assert re.fullmatch(r"[\d,]+(\.\d+)?%", words)
    assert float(words[:-1].replace(",", "")) / 100 == pytest.approx(fraction, rel=0.051)


@given(st.floats(1.0, 1e15))
def test_a_rate_in_words_is_the_rate(rate):
    units = {"TB/s": 1e12, "GB/s": 1e9, "MB/s": 1e6, "kB/s": 1e3, "B/s": 1.0}
    assert size(in_rate(rate, "B/s"), units) == pytest.approx(rate, rel=0.006)
