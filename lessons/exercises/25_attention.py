"""25 Attention: each query takes a mean of the values, by its keys
Write, lesson 6, about 5 lines, 15 minutes.

    scores    q @ k.T                     (m, n)    how well each key fits each query
    weights   exp(scores); each row
              divided by its own sum      (m, n)    a row adds up to 1
    result    weights @ v                 (m, dv)   a mean of the values for each query

             k[0] k[1] k[2]
    q[0]      .2   .5   .3   adds up to 1     result[0] = .2 v[0] + .5 v[1] + .3 v[2]
    q[1]      .1   .1   .8   adds up to 1

Scores may be in the thousands, but exp(710) is too large for a float64. Subtracting one
number from all scores of a query changes none of its weights; choose it well.

Star: mean shift is attention. Write the second function too: what it returns makes
attention(q, k, v) one step of mean shift. (|x - y|² = |x|² + |y|² - 2 x y. The queries
and keys may have a coordinate more than the points.)
"""

import minitensor as mt


def attention(q: mt.Tensor, k: mt.Tensor, v: mt.Tensor) -> mt.Tensor:
    """q (m, d), k (n, d), v (n, dv) -> (m, dv)."""
    raise NotImplementedError


def as_mean_shift(x: mt.Tensor, p: mt.Tensor, h: float) -> tuple[mt.Tensor, ...]:
    """x (m, d), p (n, d) -> q, k, v, with which attention moves x over the points p."""
    raise NotImplementedError
