"""52 Centres: two steps of k-means by hand
Predict, lesson 12, 5 blanks, 2 minutes.

Lloyd's step has two halves: each point goes to the nearest centre, and each centre goes
to the mean of its points. The inertia is the sum of the squared distances of the points
to their centres. Six points on a line, two centres; the second step is the same again.
You need "Loops first".

      points     0   2   4           10  12  14
      centres      A       B                          A = 1, B = 5
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
    "labels.tolist()": ...,
    "once.tolist()": ...,
    # What is the inertia before the second step, and where does that one lead?
    "second_inertia": ...,
    "twice.tolist()": ...,
    # How many pairs of a point and a centre does one step compare?
    "len(points) * len(once)": ...,
}
