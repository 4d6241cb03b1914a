"""54 Neighbourhoods: core points, border and noise on a line

Each point is its own neighbour, so 0 has two and 1 has three. Points 1 and 2 are core
points; 0 and 3 are on their border and belong to them; 7 and 8 have no core point near.
With two neighbours 7 and 8 are core points too. With eps = 4 the step from 3 to 7 is
just short enough: a distance of eps counts. The point at 20 is alone each time.
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
    "near.sum(1).tolist()": [2, 3, 3, 2, 2, 2, 1],
    # Which points are core points, by number, and what is the label of each point?
    "found.core_sample_indices_.tolist()": [1, 2],
    "found.labels_.tolist()": [0, 0, 0, 0, -1, -1, -1],
    # And the labels for two neighbours, and for eps = 4?
    "pairs.labels_.tolist()": [0, 0, 0, 0, 1, 1, -1],
    "wide.labels_.tolist()": [0, 0, 0, 0, 0, 0, -1],
}
