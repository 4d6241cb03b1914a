"""51 Denoise: the picture is what is left if the noise is known
Write, lesson 11, about 3 lines, 10 minutes.

Lesson 11 adds noise to a picture as it is: x0 + sigma * noise. Large models write it in
another way. Picture and noise get a share each, and the squares of the shares add up to
1:

      x  =  sqrt(alpha_bar) * x0  +  sqrt(1 - alpha_bar) * noise

      alpha_bar    1 . . . . . . 0.5 . . . . . . 0.01
      x            the picture   as much of each   nearly noise alone

A network is trained to guess the noise. Given x, the noise and alpha_bar, return x0,
the guess of the clean picture. Each picture of the batch has an alpha_bar of its own;
beware of (n,) against (n, d) (lesson 3).

Then say how the two ways belong together: which sigma has the same noise as alpha_bar?
The solution has the answer.

Star: pictures of any number of axes, such as (n, h, w, 3), come back from noise to 12
digits.
"""

import minitensor as mt


def denoise(x: mt.Tensor, noise: mt.Tensor, alpha_bar: mt.Tensor) -> mt.Tensor:
    """x (n, d), noise (n, d), alpha_bar (n,), above 0 and at most 1 -> x0 (n, d)."""
    raise NotImplementedError
