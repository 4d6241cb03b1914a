"""54 Neighbourhoods: core points, border and noise on a line
Predict, lesson 13, 5 blanks, 2 minutes.

Two points are neighbours if they are eps apart or less. A core point has min_samples
neighbours or more, itself among them. Neighbours that are core points are in one
cluster, their other neighbours are on its border, and all the rest is noise, with the
label -1. You need "Three kinds of points".

      0  1  2  3           7  8                                   20
      o--o--o--o           o--o       eps = 1                      o
"""

import minitensor as mt
from minitensor.cluster import DBSCAN

x = mt.tensor([0.0, 1.0, 2.0, 3.0, 7.0, 8.0, 20.0])
near = (x[:, None] - x) ** 2 <= 1.0
points = x[:, None]

found = DBSCAN(eps=1.0, min_samples=3).fit(points)
pairs = DBSCAN(eps=1.0, min_samples=2).fit(points)
wide = DBSCAN(eps=4.0, min_samples=3).fit(points)

answers = {
    # How many neighbours has each point?
    "near.sum(1).tolist()": ...,
    # Which points are core points, by number, and what is the label of each point?
    "found.core_sample_indices_.tolist()": ...,
    "found.labels_.tolist()": ...,
    # And the labels for two neighbours, and for eps = 4?
    "pairs.labels_.tolist()": ...,
    "wide.labels_.tolist()": ...,
}
