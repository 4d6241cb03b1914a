"""22 Weights: who weighs what, with whom
Predict, lesson 6, 6 blanks, 2 minutes.

      q[0]                                   q[1]
      p[0]  p[1]                      p[2]          p[3]
    --+-----+-------------------------+------+------+----
      0     1                         5      6      7

Three queries, (3, 2), look at four points, (4, 2); the third, q[2], is far away from
all of them. Replace each ... by what comes out.
"""

import minitensor as mt

q = mt.tensor([[0.0, 0.0], [6.0, 0.0], [20.0, 20.0]])
p = mt.tensor([[0.0, 0.0], [1.0, 0.0], [5.0, 0.0], [7.0, 1.0]])

difference = q[:, None, :] - p
weights = mt.exp(-(difference**2).sum(2) / 2)  # the bandwidth is 1
moved = weights @ p / weights.sum(1)[:, None]

answers = {
    "difference.shape": ...,
    "difference.size": ...,
    "weights.shape": ...,
    # what the point weighs on which the first query lies
    "weights[0, 0].item()": ...,
    # the number of the point that weighs most with the second query: 0, 1, 2 or 3
    "weights[1].argmax().item()": ...,
    "moved.shape": ...,
}
