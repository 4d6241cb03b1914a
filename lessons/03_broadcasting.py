"""Broadcasting: one rule for shapes that differ
================================================

A table minus a row, a picture times a number, every point against every other: the
operands differ in shape, and yet no loop is written. One rule says which shapes go
together and what comes out. This lesson looks at the rule, at what it does in memory,
at the mistake that it invites, and at what it does for the matrix product.

About 20 minutes. Needs lessons 1 and 2.
"""

# %%
# A table and one number
# ----------------------
# What is a table plus 100? There is only one sensible answer: the 100 meets every
# element.

import minitensor as mt

table = mt.arange(12).reshape(3, 4)
print(table + 100)

# %%
# A table and a row
# -----------------
# And a table plus a row of four numbers? Each number of the row is added to one column
# of the table, so the row is used again for each of the three rows.

row = mt.tensor([100, 200, 300, 400])
print(table + row)

# %%
# The rule
# --------
# Which shapes go together? Line them up at their *last* axis. Where one of them has no
# axis left, think of a size of 1 there. On each axis the two sizes must be equal, or
# one of them must be 1, and that one is stretched. ``explain_broadcast`` draws it, one
# column for each axis.

print(mt.explain_broadcast((3, 4), (4,), names=["table", "row"]))

# %%
# A column
# --------
# How do we add a different number to each *row* of the table? Three numbers of shape
# (3,) do not fit, because the rule starts at the last axis, where the table has 4.

column = mt.tensor([1000, 2000, 3000])
try:
    table + column
except mt.errors.BroadcastError as error:
    print(error)

# %%
# The message says what to do. Indexing with ``None`` puts a new axis of size 1 at that
# place. The three numbers then stand upright, as a column of shape (3, 1), and are
# stretched to the right.

print(table + column[:, None])

# %%
# Both at once
# ------------
# Can both operands be stretched in one sum? Yes: a column of shape (3, 1) and a row of
# shape (4,) make a whole table. This is an *outer* sum: every number of the one with
# every number of the other.
# `The broadcasting explorer <../explore/broadcasting.html?shapes=3x1,4>`__, a page of
# the site, shows the stretch of any two shapes.

from minitensor import plot

tens, units = mt.tensor([[0], [10], [20]]), mt.tensor([1, 2, 3, 4])
print(mt.explain_broadcast(tens.shape, units.shape, names=["tens", "units"]))
# alt: A column of 0, 10, 20, shape (3, 1), plus a row of 1 to 4, shape (4,), is a table
#      of shape (3, 4) from 1 to 24. Pale copies of the column to the right and of the
#      row below show what is read again and not stored.
fig = plot.stretched(tens, units, "+", names=["tens", "units"])

# %%
# The same with a product is the multiplication table of a schoolbook.

numbers = mt.arange(1, 6)
print(numbers[:, None] * numbers)

# %%
# What happens in memory?
# -----------------------
# Are the pale numbers of the picture stored anywhere? Lesson 1 showed that a stride of
# 0 stays where it is. ``expand`` makes such a view, and an operator does the same with
# its operands without being asked.

wide = units.expand(3, 4)
print("units:", units.shape, "strides", units.strides)
print("wide: ", wide.shape, "strides", wide.strides)
units[0] = 7
print("after writing 7 into units[0], wide begins its rows with", wide[:, 0].tolist())
units[0] = 1

# %%
# A step to the next row is 0 places, so all three rows are the same four numbers.
# Writing *into* such a tensor would write to three places at once. That is hardly ever
# what you want, so it is refused.

try:
    wide[0, 0] = 5
except mt.errors.ShapeError as error:
    print(*str(error).split("; "), sep="\n")

# %%
# Each picture minus its own mean
# -------------------------------
# Now real data. Some people press the pen harder than others. To compare pictures,
# subtract from each its own mean, and divide by its own standard deviation. There are
# 1,797 means, one for each picture, and they belong to the *first* axis.

from sklearn.datasets import load_digits

digits = load_digits()
images = mt.tensor(digits.data)
means = images.mean(axis=1)
print("images", images.shape, " means", means.shape)
try:
    images - means
except mt.errors.BroadcastError as error:
    print(error)

# %%
# ``means[:, None]`` fixes it. So does ``keepdims=True``, which leaves an axis of size 1
# where the mean was taken, and then the result always fits back to where it came from.

means = images.mean(axis=1, keepdims=True)
deviations = images.std(axis=1, keepdims=True)
normal = (images - means) / deviations
print("means", means.shape, " normal", normal.shape)
assert abs(normal.mean(axis=1)).max().item() < 1e-12
assert abs(normal.std(axis=1) - 1).max().item() < 1e-12

# %%
# A trap
# ------
# The rule never asks whether you meant it. Here is a mistake that it lets through. We
# hide one pixel of every picture and guess it as the mean of its four neighbours. How
# large is the mean squared error?

pictures = images.reshape(-1, 8, 8)
up, down = pictures[:, 3, 2], pictures[:, 5, 2]
left, right = pictures[:, 4, 1], pictures[:, 4, 3]
guesses = (up + down + left + right) / 4
hidden = pictures[:, 4, 2:3]
loss = ((guesses - hidden) ** 2).mean().item()
always = ((hidden - hidden.mean()) ** 2).mean().item()
print(f"mean squared error of our guesses:        {loss:.1f}")
print(f"of always guessing the mean of the pixel: {always:.1f}")

# %%
# Neighbours of a pixel should tell *something*, and yet our guesses are worse than
# guessing the same number every time. No error, no warning. What were the shapes?

print("guesses", guesses.shape, " hidden", hidden.shape)
print(mt.explain_broadcast(guesses.shape, hidden.shape, names=["guesses", "hidden"]))

# %%
# The slice ``2:3`` kept an axis of size 1. So every guess was compared with every
# hidden pixel, and the loss is the mean of a table of 1,797 × 1,797 errors. Only those
# on its diagonal, where a guess meets its own pixel, were wanted. (A page of the site:
# `the same trap with four guesses <../explore/broadcasting.html?shapes=4,4x1>`__.)

errors = (guesses - hidden) ** 2
print("errors", errors.shape)
# alt: A table of 20 by 20 squared errors, each guess against every hidden pixel. Only
#      the diagonal, framed in red, was wanted, and its errors are small; the large
#      ones, up to about 250, all lie off it.
fig = plot.pairs(
    errors[:20, :20],
    rows="hidden pixel of picture",
    columns="guess for picture",
    title="squared errors; red: a guess and its own pixel",
)

# %%
# With equal shapes the loss is right, and the neighbours know something after all.

hidden = pictures[:, 4, 2]
assert guesses.shape == hidden.shape
print(
    f"mean squared error of our guesses: {((guesses - hidden) ** 2).mean().item():.1f}"
)

# %%
# Could we have noticed? The wrong loss does not even know which guess belongs to which
# picture: shuffle the guesses, and it stays. The best that a model could do with such a
# loss is to guess one number for every picture. The line
# ``assert guesses.shape == hidden.shape`` before a loss costs nothing and stops it.

shuffled = guesses[mt.random.permutation(mt.random.generator(0), len(guesses))]
print(
    "wrong loss, guesses shuffled: "
    f"{((shuffled - hidden[:, None]) ** 2).mean().item():.1f}"
)
print(f"right loss, guesses shuffled: {((shuffled - hidden) ** 2).mean().item():.1f}")

# %%
# Matrix product: one row at a time
# ---------------------------------
# Lesson 2 was left with two Python loops. Broadcasting takes away one of them. A row of
# ``a``, stood upright as (k, 1), is stretched across ``b`` of shape (k, n). That gives
# a table of products, and the sum over its first axis is a whole row of the result.

a = mt.tensor([[1, 2, 3], [4, 5, 6]])
b = mt.tensor([[7, 8], [9, 10], [11, 12]])
row = 0
print("a[row, :, None]", a[row, :, None].shape, " b", b.shape)
print("products", (a[row, :, None] * b).tolist())
print("their sum over axis 0", (a[row, :, None] * b).sum(0).tolist())
# alt: The column 1, 2, 3, stretched to the right in pale copies, times the matrix b of
#      shape (3, 2): the table of products 7, 8; 18, 20; 33, 36, whose columns have yet
#      to be summed.
fig = plot.stretched(a[row, :, None], b, "×", names=["a[row, :, None]", "b"])

# %%
# The three rows of products become one row of two sums. One Python loop is left, over
# the rows of ``a``.


def one_row_at_a_time(a, b):
    c = mt.zeros((a.shape[0], b.shape[1]), a.dtype)
    for row in range(a.shape[0]):
        c[row] = (a[row, :, None] * b).sum(0)
    return c


assert (one_row_at_a_time(a, b) == a @ b).all()
print(one_row_at_a_time(a, b))

# %%
# Matrix product: all at once
# ---------------------------
# Can the last loop go too? Then all rows of ``a`` stand upright, as (m, k, 1), and meet
# ``b`` in one table of shape (m, k, n). The sum over its middle axis is the matrix
# product.

print(mt.explain_broadcast((2, 3, 1), (3, 2), names=["a[:, :, None]", "b"]))
product = (a[:, :, None] * b).sum(1)
assert (product == a @ b).all()
print(product.tolist())

# %%
# The table that is really there
# ------------------------------
# The stretched operands take no memory, but their product does: m·k·n numbers, each
# written once and read back once for the sum. How large is that, with 4 bytes a number?

from minitensor.text.numbers import in_bytes

for m, k, n in ((5, 64, 10), (1797, 64, 10), (512, 512, 512), (50_000, 784, 10)):
    print(
        f"({m:6,}, {k:3}) @ ({k:3}, {n:3}) goes through a "
        f"table of {in_bytes(4 * m * k * n)}"
    )

# %%
# The last line has the sizes of the course: 50,000 pictures of MNIST, each of 28 × 28
# pixels, times ten patterns. That is more than a gigabyte for a result of two
# megabytes.

# %%
# What does each of them cost?
# ----------------------------
# Two rungs are new on the ladder of lesson 2: ``broadcasting`` is one row at a time,
# ``broadcasting_3d`` is all at once. ``climb`` checks first that all of them agree. A
# rung that would take longer than half a second, as a part of the work lets expect, is
# skipped, and says so.

from minitensor.matrix_product.rungs import LADDER

ladder = LADDER._replace(rungs=LADDER.rungs[:4])
for each in ladder.rungs:
    print(f"{each.__name__:16} {each.caption}")
rng = mt.random.generator(0)
pixels = images.astype("float32") / 16
weights = mt.random.normal(rng, (64, 10), dtype="float32")
square, other = (mt.random.normal(rng, (256, 256), dtype="float32") for _ in range(2))
# alt: Three bar charts of the time of one call on a logarithmic axis. For 5 and for
#      1,797 digits each rung is faster than the one above it, and broadcasting_3d is
#      the fastest, 10 to 20 times faster than loops. For 256 by 256 matrices
#      broadcasting, a row at a time, is at least as fast as broadcasting_3d.
fig = plot.climbs(
    ladder.climb(
        pixels[:5], weights, title="5 digits, (5, 64) @ (64, 10)", time_limit=0.5
    ),
    ladder.climb(
        pixels, weights, title="1,797 digits, (1797, 64) @ (64, 10)", time_limit=0.5
    ),
    ladder.climb(square, other, title="(256, 256) @ (256, 256)", time_limit=0.5),
)

# %%
# On the digits, the fewer rounds of Python the better, as far as the clock can tell:
# "uneven" in the picture means that the machine was busy with something else. On the
# square matrices the step from one row at a time to all at once no longer gains
# anything. The table of everything takes 67 MB and does not fit the caches of most
# processors, while the table of one row, a quarter of a megabyte, does. So Python's
# loops are not the whole story: what is moved through memory counts too. The rungs of
# lesson 4 need no table at all.

# %%
# What to take away
# -----------------
# - Line shapes up at the last axis. Sizes must be equal, or 1; a missing axis counts
#   as 1.
# - Stretching copies nothing. It is a stride of 0, and such a view cannot be written
#   to.
# - ``x[:, None]`` and ``keepdims=True`` say which axis you mean. Say it.
# - (n,) against (n, 1) is an (n, n) table. Check that shapes are equal before you
#   compute a loss.
# - The result of a broadcast operation is stored in full, and may be much larger than
#   its operands.
#
# Try it
# ------
# Exercises 7 to 14 go with this lesson, and check themselves:
# ``minitensor start my-exercises`` copies all of them, ``minitensor check`` says what
# is wrong. Besides:
#
# 1. Compute all distances between 20 pictures and the ten average digits of lesson 1 in
#    one expression, without a loop. Which shape does the table of differences have?
#    ((20, 10, 64).)
# 2. Show that the wrong loss is ``guesses.var() + hidden.var()`` plus the squared
#    difference of their means. Why can shuffling not change it?
# 3. Which pixel is easiest to guess from its neighbours, compared with always guessing
#    its mean?
