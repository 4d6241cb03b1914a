"""Matrix multiplication: three loops, and who runs them
========================================================

Most of the work of a neural network is one operation, the product of two matrices. This
lesson writes it as three loops, recognises handwritten digits with it, and then asks
why those loops are slow and who could run them instead.

About 20 minutes. Needs lesson 1.
"""

# %%
# One picture, one score
# ----------------------
# How well does a picture match a pattern? Multiply each pixel by the number at the same
# place of the pattern, and add everything up. Where ink meets a large number, the sum
# grows. This sum of products is called a *dot product*.


def dot(pixels, pattern):
    total = 0.0
    for pixel, weight in zip(pixels, pattern, strict=True):
        total += pixel * weight
    return total


print(dot([0.0, 0.5, 1.0], [4.0, 6.0, 2.0]))  # 0·4 + 0.5·6 + 1·2

# %%
# The pictures and the patterns
# -----------------------------
# The pictures are the digits of lesson 1, each as one line of 64 pixels between 0
# and 1. For the patterns we take the average picture of each digit. Only the first
# 1,000 pictures go into the averages. The other 797 are kept back, for a test on
# pictures that the patterns have never seen.

import minitensor as mt
from sklearn.datasets import load_digits

digits = load_digits()
images = mt.tensor(digits.data / 16, "float32")
labels = mt.tensor(digits.target)
known, known_labels = images[:1000], labels[:1000]
unseen, unseen_labels = images[1000:], labels[1000:]
patterns = mt.stack(
    [known[known_labels == digit].mean(axis=0) for digit in range(10)], axis=1
)
print("pictures", images.shape, " patterns", patterns.shape)

# %%
# The patterns are the ten *columns* of a (64, 10) matrix. Here is the first unseen
# picture with each of them.

scores = [dot(unseen[0].tolist(), patterns[:, digit].tolist()) for digit in range(10)]
for digit, score in enumerate(scores):
    print(f"score as a {digit}: {score:5.2f}")
print("best:", scores.index(max(scores)), " label:", unseen_labels[0].item())

# %%
# Many pictures, many scores
# --------------------------
# Five pictures and ten patterns make 5 times 10 scores. That table is the *matrix
# product* of a (5, 64) matrix and a (64, 10) matrix: the score in row ``row`` and
# column ``col`` is the dot product of that row of ``a`` and that column of ``b``. So
# there are three loops: over the rows of ``a``, over the columns of ``b``, and over the
# numbers of one dot product.


def matmul(a, b):
    m, k, n = len(a), len(b), len(b[0])
    c = [[0.0] * n for _ in range(m)]
    for row in range(m):
        for col in range(n):
            for inner in range(k):
                c[row][col] += a[row][inner] * b[inner][col]
    return c


a = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
b = [[7.0, 8.0], [9.0, 10.0], [11.0, 12.0]]
print(matmul(a, b))

# %%
# Is it right? Check one element by hand: row 0 of ``a`` is 1, 2, 3 and column 1 of
# ``b`` is 8, 10, 12. Their dot product is 8 + 20 + 36 = 64. Python has a sign for the
# matrix product, ``@``, and tensors obey it; how, comes further down. It must give the
# same numbers. In the picture ``b`` stands above the result, so that each element lies
# where its row and its column cross.

from minitensor import plot

assert matmul(a, b) == (mt.tensor(a) @ mt.tensor(b)).tolist()
# alt: The matrix b stands above the result and a to the left of it. Row 0 of a, which
#      is 1, 2, 3, and column 1 of b, which is 8, 10, 12, are framed; they cross at the
#      element 1·8 + 2·10 + 3·12 = 64.
fig = plot.product(a, b, row=0, col=1)

# %%
# The sizes have to fit: a row of ``a`` must be as long as a column of ``b``. With ``m``
# rows, ``n`` columns and sums of ``k`` products, (m, k) times (k, n) gives (m, n). What
# does a ``Tensor`` say when they do not fit? (``.mT`` in its advice is the ``.T`` of
# lesson 1 for a matrix. Of a stack of matrices, with more axes in front, it turns each
# one on its side.)

try:
    unseen[:5] @ patterns.T
except mt.errors.ShapeError as error:
    print(*str(error).split("; "), sep="\n")

# %%
# How much work is it?
# --------------------
# The innermost line runs m·k·n times, and each time it multiplies once and adds once. A
# matrix product is therefore 2·m·k·n floating-point operations, whoever runs it.


def operations(m, k, n):
    return 2 * m * k * n


print(f"    5 pictures, 10 patterns: {operations(5, 64, 10):13,}")
print(f"1,797 pictures, 10 patterns: {operations(1797, 64, 10):13,}")
print(f"two matrices of 512 × 512:   {operations(512, 512, 512):13,}")

# %%
# A classifier in one product
# ---------------------------
# Five pictures first. The digit of the best score is the answer.


def best(scores):
    return [row.index(max(row)) for row in scores]


five = matmul(unseen[:5].tolist(), patterns.tolist())
print("answers:", best(five))
print("labels: ", unseen_labels[:5].tolist())

# %%
# All five are right. And on all 797 unseen pictures?

answers = best(matmul(unseen.tolist(), patterns.tolist()))
right = sum(
    answer == label
    for answer, label in zip(answers, unseen_labels.tolist(), strict=True)
)
print(f"{right} of {len(answers)} are right: {right / len(answers):.1%}")

# %%
# Nothing was trained beyond taking ten averages. A blind guess is right one time in
# ten. Keep this in mind: a layer of a neural network computes the same product. What
# training changes is the numbers in the matrix.

# %%
# Why is Python slow?
# -------------------
# A processor can multiply and add two numbers in about a nanosecond. A round of our
# inner loop takes many times as long. Where does the time go? First, every number is an
# object. Its 8 bytes of value are stored with a pointer to its type and a count of
# references, and a list holds only pointers to such objects, which may lie anywhere.

import sys

print(
    "a float in a list:    ",
    sys.getsizeof(0.5) + 8,
    "bytes, 8 of them the pointer in the list",
)
print("a float32 in a tensor:", patterns.dtype.itemsize, "bytes")

# %%
# Second, Python is interpreted. It compiles the line to small instructions for a
# machine that exists only in software, and each of them costs many instructions of the
# real one. ``dis`` lists them.

import dis

line = compile("c[row][col] += a[row][inner] * b[inner][col]", "inner line", "exec")
instructions = list(dis.get_instructions(line))
computing = [each.argrepr for each in instructions if each.argrepr in ("*", "+=")]
print(
    len(instructions), "instructions, of which", len(computing), "compute:", *computing
)

# %%
# The others look up names, index lists and store the result. Even the two that compute
# first have to check, every time, that their operands are floats.

# %%
# Would a tensor be faster?
# -------------------------
# The numbers of a tensor lie side by side in memory. So is it faster to run the same
# three loops over tensors? What is one element of a tensor?

element = patterns[0, 0]
print(type(element).__name__, "of shape", element.shape)

# %%
# Every index makes a new ``Tensor`` around one number, and so does every ``*`` and
# every ``+``. That costs much more than a float of Python's own. We write it down all
# the same, as the slowest rung of a ladder that we are about to climb. ``rung``
# attaches a caption, and a formula for the extra memory in bytes, which here is
# nothing.

from minitensor.ladder import rung


@rung("three Python loops that index the tensors", memory=lambda a, b: 0)
def indexing(a, b):
    (m, k), n = a.shape, b.shape[1]
    c = mt.zeros((m, n), a.dtype)
    for row in range(m):
        for col in range(n):
            total = 0.0
            for inner in range(k):
                total = total + a[row, inner] * b[inner, col]
            c[row, col] = total
    return c


# %%
# Hand over the inner loop
# ------------------------
# Tensors pay off when one line of Python starts a lot of work. The innermost loop is a
# dot product, and ``@`` between two tensors with one axis each is just that, run by
# compiled code. Two loops are left.


def dot_products(a, b):
    c = mt.zeros((a.shape[0], b.shape[1]), a.dtype)
    for row in range(a.shape[0]):
        for col in range(b.shape[1]):
            c[row, col] = a[row] @ b[:, col]
    return c


difference = (
    abs(dot_products(unseen[:5], patterns) - mt.tensor(five, "float32")).max().item()
)
assert difference < 1e-5
print("rounds of Python: ", 5 * 10 * 64, "before,", 5 * 10, "now")
print("strides of a row: ", unseen[0].strides, " of a column:", patterns[:, 0].strides)

# %%
# Neither the row nor the column is copied: both are views, as in lesson 1, and the
# column is every tenth number. The results are not compared with ``==``. Our loops
# added in float64 and in order, the tensor adds in float32 and in an order of its own,
# so the last digits may differ.

# %%
# Hand over everything
# --------------------
# ``a @ b`` hands over all three loops. The backend calls BLAS, a library that has been
# tuned for decades to keep the numbers close to the processor and to compute several of
# them at once.

scores = unseen @ patterns
assert scores.argmax(axis=1).tolist() == answers
print(
    f"one line, {operations(797, 64, 10):,} operations, the same {len(answers)} answers"
)

# %%
# What does each of them cost?
# ----------------------------
# ``minitensor.matrix_product`` keeps such functions as a *ladder*. Its method ``climb``
# checks that all rungs agree within rounding, times each of them and takes the median.
# We put our own rung below three of its rungs: ``loops`` are the three loops over
# lists, ``rows`` the dot products, ``blas`` is ``a @ b``. Times differ from machine to
# machine and from run to run, so they are in the picture and not in the text.

from minitensor.matrix_product.rungs import LADDER, blas, loops, rows

ladder = LADDER._replace(rungs=(indexing, loops, rows, blas))
for each in ladder.rungs:
    print(f"{each.__name__:10} {each.caption}")
few = ladder.climb(
    images[:5], patterns, title="5 digits, (5, 64) @ (64, 10)", time_limit=1
)
many = ladder.climb(
    images, patterns, title="1,797 digits, (1797, 64) @ (64, 10)", time_limit=1
)
# alt: Two bar charts of the time of one call on a logarithmic axis. For 5 digits
#      indexing is the longest bar, loops and rows are about equal and some fifty times
#      shorter, blas is thousands of times shorter. For 1,797 digits indexing is
#      skipped, and blas is about a thousand times faster than loops or rows.
fig = plot.climbs(few, many)

# %%
# The axis is logarithmic: from one grid line to the next is ten times the time. Read
# three things. ``indexing`` is the slowest by far, so it is not the tensor that makes
# code fast but the work that one line starts. From ``loops`` to ``rows`` little is
# gained, though Python runs 64 times fewer rounds: each round has to get to the
# compiled code and back, and only 64 products are waiting there. ``blas`` makes that
# trip once for all of them.

# %%
# "Uneven" in the picture means that the machine was busy with something else. So it was
# if ``blas`` takes whole milliseconds for the 1,797 digits: BLAS divides the work among
# the processor's cores and then waits for the last of them. Where one core alone was
# much quicker, its time is shown, and "on 1 thread" beside it.

# %%
# What to take away
# -----------------
# - Every element of a matrix product is a dot product of a row and a column: (m, k) @
#   (k, n) gives (m, n), and takes 2·m·k·n operations.
# - A Python loop pays for objects and for the interpreter on every round. The
#   arithmetic is the small part.
# - So hand over loops, and the inner ones first. Whole loops go to compiled code, and
#   the more of them one line starts, the better.
#
# Try it
# ------
# Exercises 5 and 6 go with this lesson, and check themselves:
# ``minitensor start my-exercises`` copies all of them, ``minitensor check`` says what
# is wrong. Besides:
#
# 1. A pattern with more ink tends to score higher. Subtract half of its squared length:
#    ``scores - 0.5 * (patterns * patterns).sum(axis=0)``. Why is the best score now the
#    nearest average of lesson 1? How many of the 797 are right? (710.)
# 2. Swap the loops of ``matmul`` so that ``inner`` is the outermost. Is the result the
#    same? In how many orders can the three loops stand, and which of them are right?
# 3. Take one picture and the pattern of one digit only. Which rungs of the ladder come
#    closer together, and why?
