"""The drawing of the rooms is what the imports say."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import rooms

LETTERS = "abcdefgh"


@st.composite
def graphs(draw):
    """Rooms that import only rooms before them."""
    count = draw(st.integers(2, len(LETTERS)))
    return {LETTERS[i]: draw(st.sets(st.sampled_from(LETTERS[:i]))) if i else set() for i in range(count)}


@given(graphs())
def test_what_is_left_out_is_reached_by_another_way(graph):
    arrows = rooms.reduced(graph)
    for room in graph:
        assert arrows[room] <= graph[room]
        assert rooms.reached(arrows, room) == rooms.reached(graph, room)
        for other in arrows[room]:
            fewer = arrows | {room: arrows[room] - {other}}
            assert other not in rooms.reached(fewer, room)


@given(graphs())
def test_an_arrow_leads_down_and_no_two_places_overlap(graph):
    arrows = rooms.reduced(graph)
    levels = rooms.storeys(arrows)
    depth = {room: up for up, level in enumerate(levels) for room in level if isinstance(room, str)}
    assert set(depth) == set(graph)
    assert all(depth[other] < depth[room] for room, seen in arrows.items() for other in seen)
    for level in levels:
        places = sorted(rooms.across(level).values())
        assert all(after - before >= rooms.PASSING for before, after in pairwise(places))


def test_the_drawing_has_every_room_and_every_arrow():
    graph = rooms.imports()
    drawn = rooms.drawing(graph)
    assert {"core", "plot", "gpu", "errors"} <= set(graph)
    assert drawn.count('class="arrow"') == sum(map(len, rooms.reduced(graph).values())) > 20
    assert all(f">{room}</text>" in drawn for room in graph)
    assert "cluster" in graph["plot"]
    assert not graph["errors"]


def test_the_list_has_every_room_where_the_drawing_leads():
    told = {name for names, _ in rooms.told() for name in names}
    assert told == set(rooms.rooms())
    assert all(f"({rooms.anchor(room)})=" in rooms.listed() for room in told)


def test_rooms_that_go_round_in_a_circle_have_no_storeys():
    with pytest.raises(RecursionError):
        rooms.storeys({"a": {"b"}, "b": {"a"}})
