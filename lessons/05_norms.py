"""
Norms: how long, how far, how wrong
===================================

How long is a vector, how far apart are two points, how wrong is a prediction? All three
questions are answered by norms, and there is more than one norm. This lesson builds
them from Pythagoras up, draws them, and sets right a common mix-up between norms and
the error measures RMSE, MSE and MAE.

About 25 minutes. Needs lessons 3 and 4.
"""

# %%
# The length of an arrow
# ----------------------
#
# An arrow goes 3 to the right and 4 up. How long is it? The arrow is the long side of a
# right triangle, so by Pythagoras its length is the root of 3² + 4². It is called the
# *modulus* of the vector, and written \|v\| or ‖v‖.

import math

import minitensor as mt
from minitensor import norms

v = mt.tensor([3.0, 4.0])
print(mt.sqrt((v**2).sum()).item())

# %%
# In three dimensions the arrow goes on, out of the plane, by 12. The arrow in the plane
# (length 5) and the new step stand at a right angle, so Pythagoras holds again: the
# root of 5² + 12². And 5² is 3² + 4², so all three squares end up under one root. Each
# further dimension adds its square in the same way: \|v\| is the root of the sum of
# *all* the squares.

v = mt.tensor([3.0, 4.0, 12.0])
print(math.sqrt(5**2 + 12**2), mt.sqrt((v**2).sum()).item(), norms.norm(v).item())

# %%
# Other ways to measure
# ---------------------
#
# Must it be squares? In a city with square blocks you walk along one street and then
# the other: 3 + 4 = 7 blocks. A king on a chessboard goes straight or diagonally, so
# only the longer of the two counts: 4 moves. All are members of one family, the
# *p-norms* (also called Lp):
#
# .. math:: \|v\|_p = \left(|v_1|^p + |v_2|^p + \dots + |v_n|^p\right)^{1/p}
#
# With p = 1 it is the walk, with p = 2 the straight line, and as p grows the largest
# element drowns out the others, until for p = ∞ it alone counts.

v = mt.tensor([3.0, -4.0])
for p in (1, 1.5, 2, 4, 16, 100, math.inf):
    print(f"p = {p:<4}  norm {norms.norm(v, p).item():.6f}")

lengths = [norms.norm(v, p).item() for p in (1, 1.5, 2, 4, 16, 100, math.inf)]
assert lengths == sorted(lengths, reverse=True)

# %%
# The norm never grows with p. The largest element is the floor, and p = 100 is nearly
# there.
#
# Which points are equally far away?
# ----------------------------------
#
# To see a norm, draw all points that it places at distance 1 from the middle: its *unit
# ball*. For p = 2 it is a circle. For p = 1 it is a square that stands on its corner,
# for p = ∞ one that lies on its side.

from minitensor import plot

# alt: Five closed curves about (0, 0), each the points at distance 1 in one p-norm: a
#      square on its corner for p = 1, rounder for 1.5, a circle for 2, a bulging square
#      for 4, and a square on its side for p = ∞. All meet in (1, 0); (0.6, 0.8) lies on
#      the circle alone, outside of the curves for p = 1 and 1.5.
plot.unit_balls((1, 1.5, 2, 4, math.inf), marked=[(0.6, 0.8), (1, 0)])

points = mt.tensor([[0.6, 0.8], [1.0, 0.0]])
for p in (1, 2, math.inf):
    slanted, straight = norms.norm(points, p, axis=1).tolist()
    print(f"p = {p:<4} (0.6, 0.8) is {slanted:.1f} away, (1, 0) {straight:.1f}")

# %%
# The two marked points are equally far only for p = 2. For p = 1 the slanted one lies
# outside the ball, so it is farther; for p = ∞ it lies inside, so it is nearer. "The
# nearest" therefore means nothing until you say in which norm.
#
# Why must p be 1 or more?
# ------------------------
#
# A length should never make a detour shorter than the straight way; this is the
# *triangle inequality*, ‖a + b‖ ≤ ‖a‖ + ‖b‖. Below p = 1 the formula breaks it, and the
# library refuses. With p = ½ one step right and then one step up would be 1 + 1 long,
# the straight way (1 + 1)² = 4.

from minitensor.errors import InputError

right, up = mt.tensor([1.0, 0.0]), mt.tensor([0.0, 1.0])
for p in (1, 2, math.inf):
    detour = norms.norm(right, p) + norms.norm(up, p)
    assert norms.norm(right + up, p).item() <= detour.item()

print("detour ", sum((mt.sqrt(abs(step)).sum() ** 2).item() for step in (right, up)))
print("direct ", (mt.sqrt(abs(right + up)).sum() ** 2).item())
try:
    norms.norm(right + up, 0.5)
except InputError as error:
    print(error)

# %%
# The length of a matrix
# ----------------------
#
# A matrix can be read as one long vector. Its 2-norm is then called the *Frobenius*
# norm. The sum of squares is a product of the matrix with itself in which both letters
# are summed, so it is the einsum ``ij,ij->``.

A = mt.tensor([[1.0, 2.0], [2.0, 4.0]])
print(norms.frobenius(A).item(), norms.norm(A.reshape(-1)).item())
print(mt.sqrt(mt.einsum("ij,ij->", A, A)).item())

# %%
# How wrong is a picture?
# -----------------------
#
# Now to errors. The digits of scikit-learn are 8 by 8 pixels, each from 0 to 16. The
# mean of all the threes is a template, and one particular three differs from it. The
# differences, one for each pixel, are a vector v of n = 64 numbers. Three measures are
# common:
#
# * MAE, the mean absolute error: the mean of the \|vᵢ\|;
# * MSE, the mean squared error: the mean of the vᵢ²;
# * RMSE, the root of the MSE.

from sklearn.datasets import load_digits

digits = load_digits()
images = mt.tensor(digits.images)
threes = images[mt.tensor(digits.target) == 3]
template, three = threes.mean(0), threes[1]
# alt: The template, a blurred 3, then one sharp 3, and the size of their difference:
#      little, and most of it along the edges of the stroke.
plot.images(
    [template, three, abs(template - three)],
    ["template", "one three", "size of the error"],
)

mae, mse, rmse = (f(template, three).item() for f in (norms.mae, norms.mse, norms.rmse))
print(
    f"MAE {mae:.3f} grey levels, RMSE {rmse:.3f} grey levels, "
    f"MSE {mse:.3f} squared grey levels"
)

# %%
# Error measures are not norms
# ----------------------------
#
# How are they related to the norms? It is often said that RMSE is the 2-norm (it has a
# root of squares) and MSE the 1-norm. Both are wrong: the *mean* brings in n, and MSE
# has no root. This is what holds:
#
# ======== ============== =====================
# measure  equals         is *not*
# ======== ============== =====================
# RMSE     ‖v‖₂ / √n      ‖v‖₂
# MSE      ‖v‖₂² / n      ‖v‖₂, nor ‖v‖₁
# MAE      ‖v‖₁ / n       ‖v‖₁
# ======== ============== =====================
#
# The 1-norm belongs to the mean *absolute* error.

v = template - three
n = v.size
one, two = norms.norm(v, 1).item(), norms.norm(v, 2).item()
assert math.isclose(rmse, two / math.sqrt(n))
assert math.isclose(mse, two**2 / n)
assert math.isclose(mae, one / n)
print(
    f"1-norm {one:.2f}, 2-norm {two:.2f}; MAE {mae:.2f}, RMSE {rmse:.2f}, MSE {mse:.2f}"
)

# %%
# Does the difference matter? Take four copies of the same picture, side by side.
# Nothing has become more wrong, and no measure changes. But the vector has four times
# as many elements: its 2-norm doubles and its 1-norm becomes four times as large. Then
# double every error instead. A norm must double too. MSE becomes four times as large,
# so no norm can equal it.

four, double = mt.concat([v, v, v, v]), 2 * v
print("               1-norm   2-norm     MAE    RMSE     MSE")
for name, x in [("once", v), ("four copies", four), ("doubled", double)]:
    measures = [
        f(x, mt.zeros(x.shape)).item() for f in (norms.mae, norms.rmse, norms.mse)
    ]
    numbers = [norms.norm(x, 1).item(), norms.norm(x).item(), *measures]
    print(f"{name:<12}", *(f"{number:8.2f}" for number in numbers))

# %%
# One broken pixel
# ----------------
#
# Which measure should you use? One answer is how much it lets a single wild number
# count. Break one pixel of the three by more and more, and compare each measure with
# its value before.

sizes = mt.tensor([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0])
broken = []
for size in sizes:
    picture = three.copy()
    picture[0, 0] = size
    broken.append(picture)

measures = {"MSE": norms.mse, "largest": None, "RMSE": norms.rmse, "MAE": norms.mae}
curves = {}
for name, measure in measures.items():
    measure = measure or (lambda a, b: norms.norm(a - b, math.inf))
    before = measure(template, three)
    curves[name] = mt.stack([measure(template, picture) / before for picture in broken])
    print(
        f"{name:<8} grows ×{curves[name][-1].item():.2f}, "
        "when one of 64 pixels is off by 64"
    )

# alt: Four rising curves on logarithmic axes, over the error of one broken pixel from 1
#      to 64 grey levels. At 64 the MSE has grown 16.4 times, the largest error 10.9
#      times, the RMSE 4.05 times and the MAE 1.72 times. The largest error stays at 1
#      until the pixel is off by more than 4.
plot.reaction(
    sizes,
    curves,
    xlabel="error of the one broken pixel, in grey levels",
    ylabel="measure, relative to before",
    title="one broken pixel of 64, and what each measure makes of it",
)

# %%
# MAE stays calm: one error of 64 counts just like 64 errors of 1. In MSE it counts like
# 4,096 of them, and RMSE is the root of that. The largest error (p = ∞) sees nothing
# until the broken pixel is the worst one, and from then on it sees nothing else.
#
# What each measure calls the best guess
# --------------------------------------
#
# The other answer: choose one number to stand for five. If MSE is to be smallest, the
# best choice is their mean; if MAE, their median. The wild 100 drags the mean along and
# leaves the median.

numbers = mt.tensor([1.0, 2.0, 3.0, 4.0, 100.0])
guesses = mt.linspace(0, 100, 1001)
for name, measure in [("MSE", norms.mse), ("MAE", norms.mae)]:
    errors = mt.stack([measure(mt.full(5, guess.item()), numbers) for guess in guesses])
    print(f"{name} is smallest at {guesses[errors.argmin()].item():.1f}")
print(f"mean {numbers.mean().item():.1f}, median {mt.sort(numbers)[2].item():.1f}")

# %%
# A trap: shapes that broadcast
# -----------------------------
#
# A prediction of shape (n,) and a truth of shape (n, 1) look alike, but their
# difference broadcasts to (n, n): every prediction minus *every* truth. A mean over
# that is a number, it raises nothing, and it is wrong. So the measures of this library
# take equal shapes only.

from minitensor.errors import ShapeError

truth = mt.tensor([[1.0], [2.0], [3.0]])
prediction = mt.tensor([1.0, 2.0, 3.0])  # perfect
print("the careless way:", ((prediction - truth) ** 2).mean().item())
try:
    norms.mse(prediction, truth)
except ShapeError as error:
    print(error)
print("the right way:   ", norms.mse(prediction, truth[:, 0]).item())

# %%
# Squares overflow
# ----------------
#
# A float64 holds numbers up to about 1.8e308, so 1e200 is harmless, but its square is
# not. In float32 the end comes at 3.4e38, so even 1e20 is too large to be squared; and
# the squares of very small numbers vanish to 0. The cure is to divide by the largest
# size first, and to multiply the result by it: the squares are then at most 1.

import numpy as np

with np.errstate(over="ignore", under="ignore"):  # NumPy would warn, and rightly
    for size in (1e200, 1e-200):
        x = mt.tensor([3 * size, 4 * size])
        scale = abs(x).max()
        naive, scaled = mt.sqrt((x**2).sum()), scale * mt.sqrt(((x / scale) ** 2).sum())
        print(f"naive {naive.item():<7g} scaled {scaled.item():g}")
        assert math.isclose(norms.norm(x).item(), 5 * size)

# %%
# ``norms.norm`` does this for every p; complex elements count with their modulus.
#
# Does the choice of norm matter on real data?
# --------------------------------------------
#
# For each of 200 digits, find its nearest neighbour among the other 1,597. How often
# does another p choose another neighbour than p = 2 does? And how often is the
# neighbour the same digit?

pixels = mt.tensor(digits.data)
queries, others = pixels[:200], pixels[200:]
labels = mt.tensor(digits.target)


def nearest(p):
    """One query at a time, so that the table of differences stays small."""
    found = [norms.norm(others - query, p, axis=1).argmin() for query in queries]
    return mt.stack(found)


usual = nearest(2)
for p in (1, 1.5, 2, 4, math.inf):
    found = nearest(p)
    changed = (found != usual).sum().item()
    right = (labels[200:][found] == labels[:200]).sum().item()
    print(
        f"p = {p:<4} {changed:>3} of 200 neighbours changed, "
        f"{right} are the right digit"
    )

# %%
# Many neighbours change, for p = ∞ more than half, yet about as many as before have the
# right digit. The norm decides *which* three is the nearest, seldom whether it is a
# three. (The pixels are whole numbers from 0 to 16, and so are the distances for p = ∞.
# There are many ties, of which ``argmin`` takes the first.)
#
# What to take away
# -----------------
#
# * The p-norms are one family: p = 1 adds, p = 2 is Pythagoras, p = ∞ takes the
#   largest.
# * RMSE = ‖v‖₂ / √n, MSE = ‖v‖₂² / n, MAE = ‖v‖₁ / n. None of them is the norm.
# * Squaring makes large errors count more. MAE and the median withstand outliers; MSE
#   and the mean do not.
# * Scale before you square, and compare only what has the same shape.
#
# Try it
# ------
#
# Exercises 18 to 21 go with this lesson, and check themselves:
# ``minitensor start my-exercises`` copies all of them, ``minitensor check`` says what
# is wrong. Besides:
#
# 1. Break *half* of the pixels by 2 grey levels each instead of one by 64: write 2 more
#    into every second row of ``three``. Which measure now reacts most?
# 2. Which number makes the *largest* error (p = ∞) smallest for ``numbers``? Guess,
#    then add it to the cell about the best guess.
# 3. Show that MAE ≤ RMSE ≤ the largest error for 1,000 random vectors. When are all
#    three equal?
