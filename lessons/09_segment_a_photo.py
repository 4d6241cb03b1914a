"""
Segment a photo: mean shift in five dimensions
==============================================

A photograph is 273,280 numbers times three. You see at once that it shows a pagoda,
some trees, a lake and the sky. How could a program find the pieces? Mean shift, from
lesson 6, needs points. So make each pixel a point: where it is, and what colour it has.
Its clusters are then pieces of the picture, near in place *and* alike in colour.

About 20 minutes. Needs lesson 6.
"""

# %%
# A photo is points
# -----------------
#
# The photograph comes with scikit-learn: 427 rows of 640 pixels, each of three numbers
# from 0 to 255, for red, green and blue. For quick experiments we cut out a small
# piece.

import minitensor as mt
from minitensor import plot
from minitensor.segment import as_rgb, explained_variance, mean_shift_filter, segment
from sklearn.datasets import load_sample_image

photo = mt.tensor(load_sample_image("china.jpg"))
piece = photo[130:210, 80:200]
print(photo.shape, "and the piece", piece.shape)
print("one pixel:", piece[0, 0].tolist())
# alt: A pagoda with tiled roofs between trees, a lake and a pale sky behind it; beside
#      it the piece that is cut out, a corner of one roof with a row of windows above
#      it.
plot.photos({"the photo": photo, "the piece": piece})

# %%
# How far apart are two colours?
# ------------------------------
#
# Mean shift measures distances, so the distance between two colours should say how
# different they *look*. In red, green and blue it does not. Below are two pairs. In RGB
# both are 60 apart, yet the greens look much alike and the dark pair does not. In 1976
# the CIE made coordinates in which distances fit the eye better: L\* is the lightness
# from 0 to 100, u\* runs from green to red and v\* from blue to yellow.

from minitensor.segment.colour import luv_to_srgb, srgb_to_luv

pairs = mt.tensor(
    [[[0, 255, 0], [60, 255, 0]], [[10, 10, 10], [10, 70, 10]]],
    "uint8",
)
in_luv = srgb_to_luv(as_rgb(pairs))
for name, rgb, luv in zip(("two greens", "two darks"), pairs, in_luv, strict=True):
    apart = [
        ((x[0] - x[1]) ** 2).sum().item() ** 0.5 for x in (rgb.astype("float64"), luv)
    ]
    print(f"{name:<11} {apart[0]:.0f} apart in RGB, {apart[1]:.0f} in L*u*v*")
# alt: Two pairs of colours side by side. The two greens look nearly alike; of the two
#      darks one is almost black and one plainly green.
plot.photos({"two greens": pairs[:1], "two darks": pairs[1:]})

# %%
# It is only another way to write a colour, and the way back gives the same picture.

luv = srgb_to_luv(as_rgb(piece))
print(
    "there and back: "
    f"off by {abs(luv_to_srgb(luv) - as_rgb(piece)).max().item():.0e} at most"
)
assert abs(luv_to_srgb(luv) - as_rgb(piece)).max().item() < 1e-3

# %%
# Noise is not round
# ------------------
#
# The noise of a camera is about equal in red, green and blue. What becomes of it in
# L\*u\*v\*? Take one colour, add the same noise to the three channels, and look at the
# spread of each.

rng = mt.random.generator(9)
noisy = mt.tensor([0.55, 0.45, 0.4]) + mt.random.normal(rng, (20_000, 3), std=18 / 255)
spread = srgb_to_luv(mt.clip(noisy, 0.0, 1.0)).std(0)
print("spread of L*, u*, v*:", [round(number, 1) for number in spread.tolist()])

# %%
# Noise in u\* and v\* is about three times as large as in L\*. So L\* tells two noisy
# colours apart better than the others do, and ``segment`` multiplies it by 2.5 before
# it measures distances.
#
# Two bandwidths
# --------------
#
# Place is counted in pixels and colour in units of L\*u\*v\*. One bandwidth cannot
# serve both, so there are two: divide the place by ``space`` and the colour by
# ``colour``, and then use a kernel of width 1. A pixel becomes the point (row/5,
# column/5, 2.5·L\*/8, u\*/8, v\*/8). Here is what one pixel sees, and what each of
# those pixels weighs for it.

space, colour = 5.0, 8.0
features = luv * mt.tensor([2.5, 1.0, 1.0], "float32")
row, column, radius = 40, 60, 12


def neighbourhood(y, x):
    """Every pixel of a square, as (n, 5) points, and the point in the middle."""
    points = []
    for i in range(y - radius, y + radius + 1):
        for j in range(x - radius, x + radius + 1):
            place = mt.tensor([i / space, j / space], "float32")
            points.append(mt.concat([place, features[i, j] / colour]))
    return mt.stack(points), points[len(points) // 2]


points, query = neighbourhood(row, column)
weights = mt.exp(-((points - query) ** 2).sum(1) / 2)
side = 2 * radius + 1
seen = weights.reshape(side, side) / weights.max()
# alt: Left, 25 by 25 pixels: bands of blue-green, red-brown and blue-green. Right,
#      their weights: only a ragged patch in the middle is bright, pixels near the
#      centre that are red-brown as well. Across the edges of the band it is black.
plot.photos(
    {
        "what one pixel sees": piece[row - radius :, column - radius :][:side, :side],
        "what each weighs for it: white is 1": seen,
    }
)
print(f"{(weights > 0.1).sum().item()} of {weights.size} pixels weigh more than 0.1")

# %%
# Only pixels that are near *and* of a like colour weigh much. That is how an edge
# survives: what lies beyond it has another colour, so it does not count.
#
# Every pixel moves uphill
# ------------------------
#
# ``mean_shift_filter`` moves every pixel five times. A pixel sees a disc about where it
# started, of 2.4 bandwidths. The weighted mean of what it sees lies uphill, and so does
# all that is less than twice as far: each step goes 1.8 times as far as the mean, so
# that five steps do what nine would. The library cuts the picture into small tiles; all
# distances from a tile's pixels to all that they see come out of one matrix product, as
# in lesson 6. The weight is not exp(-r²/2) but (1 - r²/256)¹²⁸, which is the same
# within 0.003 and takes seven squarings. Draw the colours before and after. They run
# together.

places = mean_shift_filter(features, space, colour)
filtered = luv_to_srgb(
    places[:, :, 2:] * colour / mt.tensor([2.5, 1.0, 1.0], "float32")
)
# alt: The piece of the roof before and after. Afterwards sky, wall and tiles are each
#      nearly one smooth colour, while their outlines have stayed sharp.
plot.photos({"before": piece, "every pixel in the colour it moved to": filtered})
flat = as_rgb(piece).reshape(-1, 3)
# alt: Every pixel of the piece as a dot at its u* and v*. Before, a wide cloud about
#      the origin, thinning out to 60; after, the dots have run together in a few narrow
#      streaks and knots.
plot.colour_cloud(
    {
        "u* and v* before": luv.reshape(-1, 3)[:, 1:],
        "and after": places[:, :, 3:].reshape(-1, 2) * colour,
    },
    flat,
)
moved = ((places[:, :, 2:] * colour - features) ** 2).sum(2)
print(f"colours moved by {mt.sqrt(moved.mean()).item():.1f}, root mean square")

# %%
# Regions
# -------
#
# Neighbours that ended close together, less than 0.4 bandwidths apart, belong together.
# What hangs together in this way is a region. A single stray pixel could be a bridge
# between two regions, so a pixel with two or more strangers beside it is left alone for
# now. Then a region of fewer than ``min_size`` pixels joins the neighbour whose colour
# is nearest. ``segment`` does all of it.

for min_size in (1, 10, 50):
    count = segment(piece, space, colour, min_size).colours.shape[0]
    print(f"regions of {min_size:>2} pixels or more: {count:>4}")
found = segment(piece, space, colour, 50)
# alt: The piece with yellow lines round its regions: they follow the edge of the sky,
#      the windows, the rows of tiles and the columns.
plot.photos(
    {"the edges of the regions": plot.outlined(piece, found.regions)},
    columns=1,
    width=7,
)

# %%
# Is it right? Where the truth is known, you can ask
# --------------------------------------------------
#
# Nobody knows the true regions of a photograph. So make a picture whose regions are
# known: stripes in six colours, with strong noise, as a bad camera would have taken
# them. For strong noise the colour bandwidth must be larger: about the spread of the
# noise.

stripes = mt.arange(120) // 20
truth = stripes.expand(80, 120)
colours = mt.tensor(
    [
        [90, 60, 50],
        [60, 110, 70],
        [200, 180, 150],
        [150, 120, 200],
        [210, 90, 60],
        [120, 130, 140],
    ],
    "float64",
)
clean = colours[truth.reshape(-1)].reshape(80, 120, 3)
noise = mt.random.normal(rng, (80, 120, 3), std=18)
bad = mt.clip(clean + noise, 0.0, 255.0).astype("uint8")
cut = segment(bad, colour=14.0, min_size=150)
found_colours = cut.colours[cut.regions.reshape(-1)].reshape(80, 120, 3)
# alt: Left, six stripes of different colours, so noisy that every pixel differs from
#      the next. Right, what was found: the six stripes, each in one flat colour, with a
#      few pixels wrong at one border.
plot.photos(
    {
        "six stripes and noise": bad,
        "the regions found": found_colours,
    }
)
largest = [
    mt.stack([((cut.regions == k) & (truth == t)).sum() for t in range(6)]).max()
    for k in range(len(cut.colours))
]
share = 100 * sum(count.item() for count in largest) / truth.size
print(
    f"{len(cut.colours)} regions; {share:.1f}% of the pixels "
    "are in the region of their stripe"
)

# %%
# The whole photo
# ---------------
#
# Now all 273,280 points in five dimensions. Every pair would be 75 billion distances a
# step; seeing only the disc, of radius 2.4·5 = 12, leaves about 450 a pixel. Each
# region is then painted in its mean colour. The *explained variance* says how much of
# the photo's variation these colours keep.

whole = segment(photo, space, colour, 50)
count = whole.colours.shape[0]
painted = whole.colours[whole.regions.reshape(-1)].reshape(*whole.regions.shape, 3)
explained = explained_variance(photo, whole.regions)
print(f"{photo.shape[0] * photo.shape[1]:,} pixels, {count} regions")
print(f"their mean colours explain {100 * explained:.0f}% of the variance")
# alt: The photo four times: as it is; filtered, hardly different at this size; with
#      yellow edges, few in the sky and lake and a dense net over the trees; and each
#      region in its mean colour, so that sky and lake are flat and the pagoda is still
#      detailed.
plot.photos(
    {
        "the photo": photo,
        "filtered": whole.filtered,
        "the edges of the regions": plot.outlined(photo, whole.regions),
        "each region in its mean colour": painted,
    },
    width=12,
)
sizes = mt.stack(
    [(whole.regions == k).sum() for k in range(24)] + [(whole.regions >= 24).sum()]
)
title = "the largest regions, as wide as they are large"
# alt: A bar of colours, as wide as the regions are large: the pale sky takes 39% of the
#      photo, the lake 5%, and after some dark regions the 24 largest together reach
#      55%. The rest, hatched, is smaller regions.
plot.palette(whole.colours[:24], sizes, title)

# %%
# Sky, lake and walls are a few large regions; the leaves are many small ones. That is
# the nature of the method: a tree is not *one* colour. Which other programs explain
# more with as many regions? ``python tests/benchmarks/photo.py`` measures it beside
# OpenCV and scikit-image. Where regions are many, quick shift explains most of a
# photograph; on noisy pictures with a known truth mean shift finds the regions best.
#
# What to take away
# -----------------
#
# * Points need not be places. A pixel is a point in place and colour.
# * Measure colours where distances fit the eye, and divide each axis by a bandwidth of
#   its own.
# * A pixel needs to see only what is near, so the work grows with the number of pixels,
#   not with its square.
# * Test where the truth is known before you trust the method where it is not.
#
# Try it
# ------
#
# 1. Segment the flower: ``minitensor segment flower --out pictures``. Double
#    ``--colour``, then halve it. What happens to the petals?
# 2. Call ``segment(bad, colour=8.0, min_size=150)``. Why are there more regions than
#    stripes? Compare 8 with the spread of the noise.
# 3. Segment a photo of your own: ``minitensor segment photo.jpg --out pictures``. A
#    large one is reduced to a megapixel; ``--full`` takes all of it. Which of the two
#    has the better regions?
