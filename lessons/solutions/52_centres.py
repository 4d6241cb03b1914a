"""52 Centres: two steps of k-means by hand

The point 4 is 3 from A and 1 from B, so B has four points, whose mean is 40 / 4 = 10; A
has two, whose mean is where it was. Seen from 1 and 10 the squares are 1 + 1 + 9 + 0 +
4 + 16 = 31. Now 4 is 3 from A and 6 from B, and changes sides: the means become 6 / 3
and 36 / 3. The next step changes nothing. A step compares n * k pairs, and mean shift n
* n.
"""

import minitensor as mt

points = mt.tensor([0.0, 2.0, 4.0, 10.0, 12.0, 14.0])


def step(centres):
    squared = (points[:, None] - centres) ** 2
    labels = squared.argmin(1)
    means = mt.stack([points[labels == number].mean() for number in (0, 1)])
    return labels, means, squared.min(1).sum().item()


labels, once, first_inertia = step(mt.tensor([1.0, 5.0]))
again, twice, second_inertia = step(once)

answers = {
    "labels.tolist()": [0, 0, 1, 1, 1, 1],
    "once.tolist()": [1.0, 10.0],
    # What is the inertia before the second step, and where does that one lead?
    "second_inertia": 31.0,
    "twice.tolist()": [2.0, 12.0],
    # How many pairs of a point and a centre does one step compare?
    "len(points) * len(once)": 12,
}
