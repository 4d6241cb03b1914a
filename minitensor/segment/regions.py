"""Regions of a picture: pixels joined to their neighbours, small regions joined to theirs."""

from minitensor.core.counting import arange
from minitensor.core.creation import ones, zeros
from minitensor.core.tensor import Tensor
from minitensor.errors import InputError, ShapeError
from minitensor.functions import argsort, concat, maximum, minimum, sort
from minitensor.groups import connected, dense, is_new, means, numbered, sums


def link(places: Tensor, distance: float, far: int = 1) -> Tensor:
    """Regions (height, width) int64 of pixels whose `places` (height, width, dimensions) hang together.

    distance : neighbours, side by side or one above the other, are joined where their places are less than this apart
    far : a pixel is joined to none if more than this many of its neighbours are farther away. With 4 every pixel may
        join; with 1 no bridge one pixel wide can join two regions, but pixels along edges stay alone.

    Regions are numbered from 0 in the order of their first pixels.
    """
    height, width, _ = places.shape
    pixels = arange(height * width, dtype="int64", like=places).reshape(height, width)
    strangers = zeros((height, width), like=pixels)
    near = [((p - q) ** 2).sum(2) < distance**2 for p, q in _beside(places)]
    for both, joined in zip(_beside(strangers), near, strict=True):
        for end in both:  # a view of the table
            end += (~joined).astype("int64")
    inner = strangers <= far
    pairs = []
    for (a, b), (c, d), joined in zip(_beside(pixels), _beside(inner), near, strict=True):
        chosen = joined & c & d
        pairs.append((a[chosen], b[chosen]))
    roots = connected(height * width, *(concat([pair[end] for pair in pairs]) for end in (0, 1)))
    return dense(roots).reshape(height, width)


def join_small(regions: Tensor, colours: Tensor, min_size: int) -> Tensor:
    """The regions (height, width) int64 after all smaller than `min_size` pixels have joined a neighbour.

    colours : (height, width, channels); a region joins the neighbour whose mean colour is nearest, of equals the one
        numbered first. The smallest go first: those below 2 pixels, below 4, below 8, and so on.
    """
    labels, (a, b) = regions.reshape(-1), touching(regions)
    flat = colours.reshape(labels.shape[0], -1).astype("float64")
    totals = sums(concat([flat, ones((flat.shape[0], 1), like=flat)], axis=1), labels, labels.max().item() + 1)
    limit = 1
    while limit < min_size:
        limit = min(2 * limit, min_size)
        while a.size:
            small = totals[:, -1] < limit
            chosen = small[a] | small[b]
            if not chosen.any():
                break
            colour = totals[:, :-1] / totals[:, -1:]
            c, d = a[chosen], b[chosen]
            order = argsort(((colour[c] - colour[d]) ** 2).sum(1))
            c, d = c[order], d[order]
            # Each small region's first edge is that to its nearest neighbour.
            owner, edge = concat([c, d]), concat([numbered(c), numbered(d)])
            by_owner = argsort(owner * c.shape[0] + edge)
            owner, edge = owner[by_owner], edge[by_owner]
            first = is_new(owner) & small[owner]
            edge = edge[first]
            roots = connected(totals.shape[0], c[edge], d[edge])
            new = dense(roots)
            labels, totals = new[labels], sums(totals, new, new.max().item() + 1)
            a, b = _unique_pairs(new[a], new[b], totals.shape[0])
    return labels.reshape(*regions.shape)


def touching(regions: Tensor) -> tuple[Tensor, Tensor]:
    """Every pair of regions that share an edge of a pixel, once: the smaller numbers and the larger ones."""
    pairs = [(p.reshape(-1), q.reshape(-1)) for p, q in _beside(regions)]
    a, b = (concat([pair[end] for pair in pairs]) for end in (0, 1))
    return _unique_pairs(a, b, regions.max().item() + 1)


def boundaries(regions: Tensor) -> Tensor:
    """Whether a pixel's right or lower neighbour is in another region: (height, width) bool."""
    out = zeros(regions.shape, "bool", like=regions)
    out[:, :-1] = regions[:, :-1] != regions[:, 1:]
    out[:-1] = out[:-1] | (regions[:-1] != regions[1:])
    return out


def explained_variance(picture: Tensor, regions: Tensor) -> float:
    """How much of a picture's variance is kept if each region has one colour, its mean: from 0 to 1.

    picture : (height, width, channels) of numbers; regions : (height, width) int64, 0 or more

    >>> import minitensor as mt
    >>> picture = mt.tensor([[[0.0], [2.0], [9.0]]])
    >>> round(explained_variance(picture, mt.tensor([[0, 0, 1]])), 3)
    0.955

    Raises ShapeError where the two differ in size, InputError for a negative number of a region.
    """
    if picture.shape[:2] != regions.shape:
        raise ShapeError(f"explained_variance: picture {picture.shape} and regions {regions.shape} differ in size")
    if regions.min() < 0:
        raise InputError(f"explained_variance: a region is number {regions.min().item()}; count them from 0")
    flat, labels = picture.reshape(regions.size, -1).astype("float64"), regions.reshape(-1)
    flat = flat - flat.mean(0)
    whole = (flat**2).sum().item()
    rest = ((flat - means(flat, labels, labels.max().item() + 1)[labels]) ** 2).sum().item()
    return max(0.0, 1.0 - rest / whole) if whole else 1.0  # one region: the two differ by rounding


def _beside(table: Tensor) -> list[tuple[Tensor, Tensor]]:
    """What lies side by side, and what lies one above the other."""
    return [(table[:, :-1], table[:, 1:]), (table[:-1], table[1:])]


def _unique_pairs(a: Tensor, b: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Every pair of two different numbers below `count`, once and in order."""
    apart = a != b
    a, b = a[apart], b[apart]
    keys = sort(minimum(a, b) * count + maximum(a, b))
    keys = keys[is_new(keys)]
    return keys // count, keys % count
