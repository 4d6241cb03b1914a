"""The numbers in the cells are the numbers of the tensors, and the outlines are around the right ones."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_hex, to_rgba
from pictures import cells, darkness, grid, numbers, outlines, text_at, words
from strategies import arrays, as_tensor, broadcastable, examples

import minitensor as mt
from minitensor import plot
from minitensor.plot.style import BLUE, GREEN, GREY, ORANGE, RED

FEW = examples(10)
IMAGE = np.array([[0, 3, 16, 1, 7], [9, 2, 0, 5, 11], [4, 15, 8, 13, 6]])


def matrices(rows=4, columns=4, low=-9):
    shapes = st.tuples(st.integers(1, rows), st.integers(1, columns))
    return shapes.flatmap(lambda shape: arrays(shape, "int64", st.integers(low, 16)))


def inside(ax, color, xs, ys):
    """The (row, column) of each cell of this grid that lies within an outline of this colour."""
    return [
        (row, column)
        for x, y, width, height in outlines(ax, color)
        for row, top in enumerate(ys)
        for column, left in enumerate(xs)
        if x <= left and left + 1 <= x + width and y <= top and top + 1 <= y + height
    ]


# memory
@FEW
@given(data=st.data(), image=matrices(low=0))
def test_memory_shows_each_number_in_its_pixel_and_in_the_order_of_memory(data, image):
    plot.close_all()  # those of the example before
    height, width = image.shape
    row, column = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
    top, bottom = plot.memory(as_tensor(image), row, column).axes
    xs, ys = grid(top)
    np.testing.assert_array_equal(numbers(top, xs, ys), image)
    pixels = np.array([[cells(top)[x, y].get_facecolor()[0] for x in xs] for y in ys])
    strip = [square.get_facecolor()[0] for _, square in sorted(cells(bottom).items())]
    np.testing.assert_array_equal(strip, pixels.reshape(-1))
    # The larger the number, the darker: shades and numbers are in opposite order, and 0 is white.
    np.testing.assert_array_equal(
        np.sign(np.subtract.outer(pixels, pixels)), np.sign(np.subtract.outer(-image, -image))
    )
    assert (pixels[image == 0] == 1).all()


@FEW
@given(data=st.data(), image=matrices(low=0))
def test_memory_outlines_the_same_row_and_column_in_both(data, image):
    plot.close_all()  # those of the example before
    height, width = image.shape
    row, column = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
    top, bottom = plot.memory(image, row, column).axes
    assert inside(top, BLUE, *grid(top)) == [(row, x) for x in range(width)]
    assert inside(top, ORANGE, *grid(top)) == [(y, column) for y in range(height)]
    places, flat = np.arange(image.size), image.reshape(-1)
    in_blue, in_orange = (
        [flat[place] for x, _, wide, _ in outlines(bottom, color) for place in places if x <= place < x + wide]
        for color in (BLUE, ORANGE)
    )
    np.testing.assert_array_equal(in_blue, image[row])
    np.testing.assert_array_equal(in_orange, image[:, column])


def test_memory_says_where_rows_begin_and_how_far_apart_a_column_lies():
    top, bottom = plot.memory(IMAGE, row=1, column=3).axes
    assert [text.get_text() for text in bottom.texts] == ["0", "5", "10"]
    assert [text.get_position()[0] - 0.5 for text in bottom.texts] == [0, 5, 10]
    said = words(top.figure)
    assert "row 1: 5 neighbours in memory" in said
    assert "column 3: its numbers lie 5 apart" in said
    assert top.get_title(loc="left") == "3 × 5 pixels and their numbers"
    assert bottom.get_title(loc="left").startswith("the same 15 numbers in the order of memory")


def test_memory_counts_rows_and_columns_and_colours_the_outlined():
    (top, _) = plot.memory(IMAGE, row=1, column=3).axes
    above = [text_at(top, x + 0.5, -0.3) for x in range(5)]
    beside = [text_at(top, -0.3, y + 0.5) for y in range(3)]
    assert [text.get_text() for text in (*above, *beside)] == ["0", "1", "2", "3", "4", "0", "1", "2"]
    assert [text.get_color() for text in above] == [GREY, GREY, GREY, ORANGE, GREY]
    assert [text.get_color() for text in beside] == [GREY, BLUE, GREY]


def test_numbers_can_be_read_on_every_shade():
    (top, _) = plot.memory(np.arange(48).reshape(6, 8)).axes
    for (x, y), square in cells(top).items():
        number = text_at(top, x + 0.5, y + 0.5)
        cell, ink = darkness([square.get_facecolor(), to_rgba(number.get_color())])
        assert abs(cell - ink) > 0.35


def test_memory_of_a_mask_of_one_shade_and_of_nothing_but_zeros():
    for image in ([[True, False, True]], [[0, 0, 0]], [[0.25, 0.5, 0.125]]):
        (top, _) = plot.memory(mt.tensor(image), row=0, column=2).axes
        np.testing.assert_array_equal(numbers(top, *grid(top)), np.array(image, float))


# images
def shown(fig):
    return [ax.images[0] for ax in fig.axes if ax.axison]


@FEW
@given(data=st.data(), columns=st.integers(1, 4))
def test_images_stand_in_rows_in_the_order_given(data, columns):
    plot.close_all()  # those of the example before
    shape = (data.draw(st.integers(1, 6)), data.draw(st.integers(1, 3)), data.draw(st.integers(1, 3)))
    pictures = data.draw(arrays(shape))
    fig = plot.images(as_tensor(pictures), columns=columns)
    for image, picture in zip(shown(fig), pictures, strict=True):
        np.testing.assert_array_equal(image.get_array(), picture)
        assert image.get_clim() == (pictures.min(), pictures.max()), "all on one scale"
    places = [ax.get_subplotspec() for ax in fig.axes if ax.axison]
    wide = min(columns, len(pictures))
    assert [(place.rowspan.start, place.colspan.start) for place in places] == [
        divmod(i, wide) for i in range(len(pictures))
    ]


def test_images_of_any_sizes_have_their_titles(backend):
    pictures = [mt.tensor([[0.0, 4.0, 1.0]]), mt.tensor([[-2.0], [3.0]]), mt.tensor([[9.0]])]
    fig = plot.images(pictures, [7, "b"], columns=2, title="three pictures")
    assert [ax.get_title() for ax in fig.axes if ax.axison] == ["7", "b", ""]
    assert [image.get_array().tolist() for image in shown(fig)] == [picture.tolist() for picture in pictures]
    assert {image.get_clim() for image in shown(fig)} == {(-2.0, 9.0)}
    assert len(fig.axes) == 4
    assert fig.get_suptitle() == "three pictures"


def test_images_are_dark_where_the_numbers_are_large():
    (image,) = shown(plot.images([IMAGE]))
    shades = darkness(image.to_rgba(IMAGE).reshape(-1, 4))
    assert (np.argsort(shades, kind="stable") == np.argsort(IMAGE.reshape(-1), kind="stable")).all()
    assert shades[0] == 0
    assert shades.max() == 1
    assert image.origin == "upper"


# product
@st.composite
def factors(draw):
    m, k, n = (draw(st.integers(1, 4)) for _ in range(3))
    whole = st.integers(-9, 9)
    return draw(arrays((m, k), "int64", whole)), draw(arrays((k, n), "int64", whole))


def blocks(ax, a, b):
    """Where the columns and rows of the three tables of a product begin."""
    xs, ys = grid(ax)
    (m, k), n = a.shape, b.shape[1]
    assert (len(xs), len(ys)) == (k + n, k + m)
    assert len(cells(ax)) == m * k + k * n + m * n
    return {"a": (xs[:k], ys[k:]), "b": (xs[k:], ys[:k]), "result": (xs[k:], ys[k:])}


@FEW
@given(data=st.data(), both=factors())
def test_a_product_stands_where_rows_of_a_and_columns_of_b_cross(data, both):
    plot.close_all()  # those of the example before
    a, b = both
    row, col = data.draw(st.integers(0, len(a) - 1)), data.draw(st.integers(0, b.shape[1] - 1))
    (ax,) = plot.product(as_tensor(a), as_tensor(b), row, col).axes
    places = blocks(ax, a, b)
    for name, table in {"a": a, "b": b, "result": (a[:, :, None] * b).sum(1)}.items():
        np.testing.assert_array_equal(numbers(ax, *places[name]), table)
    assert inside(ax, BLUE, *places["a"]) == [(row, x) for x in range(a.shape[1])]
    assert inside(ax, ORANGE, *places["b"]) == [(y, col) for y in range(len(b))]
    assert inside(ax, GREEN, *places["result"]) == [(row, col)]


def test_a_product_writes_out_the_sum_of_its_element():
    fig = plot.product([[1, 2, -3], [4, 5, 6]], [[1, 0, 2, 7], [3, 1, 1, 8], [2, 2, 9, 2.5]], row=1, col=3)
    said = [text.get_text() for text in fig.axes[0].texts]
    assert "row 1 of a with\ncolumn 3 of b:\n4·7 + 5·8 + 6·2.5\n= 83" in said
    colors = {text.get_text(): text.get_color() for text in fig.axes[0].texts}
    assert [colors[label] for label in ("a (2, 3)", "b (3, 4)", "a @ b (2, 4)")] == [BLUE, ORANGE, GREEN]


# stretched
@FEW
@given(data=st.data(), shapes=broadcastable(max_dims=2, min_side=1), sign=st.sampled_from("+-×"))
def test_stretched_operands_meet_element_by_element(data, shapes, sign):
    plot.close_all()  # those of the example before
    a, b = (data.draw(arrays(shape, "int64")) for shape in shapes)
    (ax,) = plot.stretched(as_tensor(a), as_tensor(b), sign).axes
    result = {"+": np.add, "-": np.subtract, "×": np.multiply}[sign](a, b)
    rows, columns = np.atleast_2d(result).shape
    xs, ys = grid(ax)
    assert (len(xs), len(ys)) == (3 * columns, rows)
    for block, table in enumerate((a, b, result)):
        here = xs[block * columns : (block + 1) * columns]
        np.testing.assert_array_equal(numbers(ax, here, ys), np.broadcast_to(table, (rows, columns)))
        own = [(y, x) for y in range(rows) for x in range(columns) if cells(ax)[here[x], ys[y]].get_linestyle() == "-"]
        shape = np.atleast_2d(table).shape
        assert own == [(y, x) for y in range(shape[0]) for x in range(shape[1])], "only what is stored is not dashed"
        stored = [text_at(ax, here[x] + 0.5, ys[y] + 0.5).get_color() != GREY for y, x in own]
        assert all(stored)
        if block < 2:
            assert inside(ax, (BLUE, ORANGE)[block], here, ys) == own


def test_stretched_names_the_shapes_before_and_after(backend):
    tens, units = mt.tensor([[10], [20], [30]]), mt.tensor([1, 2])
    (ax,) = plot.stretched(tens, units, "-", names=["tens", "units"]).axes
    signs = [(text.get_position()[0], text.get_text()) for text in ax.texts if text.get_text() in "+-×="]
    assert [sign for _, sign in sorted(signs)] == ["-", "="]
    for label in ("tens\n(3, 1) → (3, 2)", "units\n(2,) → (3, 2)", "result\n(3, 2)"):
        assert label in words(ax.figure)
    (ax,) = plot.stretched(units, mt.tensor(5)).axes
    assert "a\n(2,) b\n() → (2,) result\n(2,)" in " ".join(t.get_text() for t in ax.texts if "\n" in t.get_text())


@pytest.mark.parametrize(("number", "said"), [
    (3.0, "3"), (0.125, "0.125"), (12.3456, "12.3"), (-2.5, "-2.5"), (1234.0, "1234"), (1e-9, "1e-09"),
    (math.inf, "inf"), (-math.inf, "-inf"), (math.nan, "nan"),
])  # fmt: skip
def test_a_number_is_written_short(number, said):
    (ax,) = plot.stretched(mt.tensor([number]), mt.tensor([1.0]), "×").axes
    assert [text.get_text() for text in ax.texts].count(said) == 2


# pairs
@FEW
@given(st.integers(1, 5).flatmap(lambda n: arrays((n, n), "float64", st.integers(0, 64).map(lambda i: i / 8))))
def test_pairs_are_shown_as_they_are_with_the_diagonal_outlined(table):
    plot.close_all()  # those of the example before
    fig = plot.pairs(as_tensor(table), rows="this", columns="that", title="distances")
    ax = fig.axes[0]
    (image,) = ax.images
    np.testing.assert_array_equal(image.get_array(), table)
    assert outlines(ax, RED) == [(i - 0.5, i - 0.5, 1, 1) for i in range(len(table))]
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_title(loc="left")) == ("that", "this", "distances")


def test_pairs_have_row_0_on_top_and_0_is_white():
    fig = plot.pairs([[0.0, 5.0, 2.0], [1.0, 0.0, 4.0], [6.0, 3.0, 0.0]])
    ax, bar = fig.axes
    (image,) = ax.images
    top, bottom = ax.transData.transform([(0, 0), (0, 2)])[:, 1]
    assert top > bottom
    assert to_hex(image.to_rgba([0.0])[0]) == "#ffffff"
    assert (np.diff(darkness(image.to_rgba(np.arange(7.0)))) > 0).all()
    assert bar.get_ylim() == (0, 6)
    fig.draw_without_rendering()
    assert all(tick == round(tick) for tick in (*ax.get_xticks(), *ax.get_yticks()))


def test_the_pixels_of_memory_are_marked_as_data_and_the_outlines_are_not():
    top = plot.memory([[0, 16], [8, 4]], row=0, column=1).axes[0]
    assert [hasattr(patch, "is_data") for patch in top.patches] == [True] * 4 + [False] * 2
    assert sum(hasattr(words, "is_data") for words in top.texts) == 4  # the numbers in the pixels, which are as dark
