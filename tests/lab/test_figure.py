"""Figures follow the page's theme, stay small, and have a text alternative."""

import re

import pytest

from wslab.lab.figure import ACCENT, ALARM, picture

Figure = pytest.importorskip("matplotlib.figure").Figure


def drawn() -> str:
    figure = Figure(figsize=(5, 3))
    axes = figure.subplots()
    axes.plot(range(40), color=ACCENT, label="one")
    axes.plot(range(0, 80, 2), color=ALARM, label="two")
    axes.set(xlabel="sent")
    axes.legend(frameon=False)
    return picture(figure, 'two lines & a "legend"')._repr_mimebundle_()["text/html"]


def test_a_figure_has_the_colours_of_the_theme_and_no_ground():
    svg = drawn()
    used = set(re.findall(r"(?:stroke|fill): ([^;\"]+)", svg))
    themed = {"var(--accent, #0a645b)", "var(--alarm, #a3262a)"}
    assert used == {"none", "currentColor", *themed}
    assert "DejaVu" not in svg


def test_a_figure_says_what_it_shows():
    assert 'aria-label="two lines &amp; a &quot;legend&quot;"' in drawn()
    assert str(picture(Figure(), "nothing")) == "nothing"
    assert picture(Figure(), "nothing")._repr_mimebundle_()["text/plain"] == "nothing"


def test_a_figure_is_small_and_the_same_each_time():
    assert drawn() == drawn()
    assert len(drawn()) < 16_000
    assert "<text" in drawn()
