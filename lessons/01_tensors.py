"""Tensors: from pixels to a class
==================================

A picture reaches a computer as rows of numbers. This lesson starts with those rows as
plain Python lists, finds out where lists fall short, and builds a small class that does
better. At the end comes ``Tensor``, the class that every other lesson uses, and by then
nothing in it is a surprise.

About 25 minutes. Needs Python's lists, loops and classes.
"""

# %%
# A picture is a list of lists
# ----------------------------
# scikit-learn comes with 1,797 small pictures of handwritten digits. What is in the
# first one? We turn it into plain Python: a list of 8 rows, each a list of 8 numbers.

from sklearn.datasets import load_digits

digits = load_digits()
image = [[int(pixel) for pixel in row] for row in digits.images[0]]
for row in image:
    print(row)
print("It is labelled as a", int(digits.target[0]))

# %%
# 0 is white paper and 16 is the darkest ink. The large numbers form a ring: it is a
# handwritten zero.

# %%
# Rows are easy, columns are not
# ------------------------------
# What can we ask a list of lists? One row, and one number of that row, are there at
# once. A column is not: no list in memory holds it, so we have to collect it from all
# the rows.

print("row 2:         ", image[2])
print("row 2, column 3:", image[2][3])
print("column 3:      ", [row[3] for row in image])
try:
    image[:, 3]
except TypeError as error:
    print("image[:, 3]:   ", error)

# %%
# Lists do not know that they are a picture
# -----------------------------------------
# What does arithmetic do to them, and who makes sure that every row is equally long?

print("row 0 + row 1 has", len(image[0] + image[1]), "numbers")
damaged = [*image[:7], [0, 0]]
print("lengths of the rows:", [len(row) for row in damaged])

# %%
# Adding two rows of 8 pixels joins them to 16, which no picture ever wants. And a row
# that lost six of its pixels is accepted in silence. A picture is a *rectangle* of
# numbers, and a list of lists promises neither the rectangle nor its arithmetic.

# %%
# One flat list and a width
# -------------------------
# How little do we have to store? All 64 numbers in one list, row after row, and the
# width 8. Cutting the flat list into chunks of 8 gives the rows back.


def chunks(numbers, size):
    return [numbers[start : start + size] for start in range(0, len(numbers), size)]


flat = [pixel for row in image for pixel in row]
assert chunks(flat, 8) == image
print(len(flat), "numbers and a width of 8 are the whole picture")

# %%
# Where is a pixel?
# -----------------
# To reach row 2, skip two whole rows of 8 numbers. To reach column 3 in it, go three
# further. So the pixel of any row and column is at position ``row * 8 + column``, and
# nothing has to be searched.

assert all(
    flat[row * 8 + column] == image[row][column]
    for row in range(8)
    for column in range(8)
)
print("flat[2 * 8 + 3] =", flat[2 * 8 + 3], "and image[2][3] =", image[2][3])

# %%
# The picture below shows both. Row 2 is one piece of memory. Column 3 is spread over
# all of it, but evenly: each of its pixels is 8 places from the next.

from minitensor import plot

# alt: Above, a handwritten zero as a table of 8 by 8 numbers, with row 2 and column 3
#      framed. Below, the same 64 numbers as one strip of memory: the row is one piece
#      of it, 8 neighbours from position 16, and the numbers of the column lie 8 places
#      apart.
fig = plot.memory(image, row=2, column=3)

# %%
# A class with an index
# ---------------------
# Can we hide that arithmetic and write ``picture[2, 3]``? Python turns the square
# brackets into a call of the method ``__getitem__`` and hands it the tuple ``(2, 3)``.


class FlatMatrix:
    def __init__(self, flat, shape):
        self.flat, self.shape = flat, shape

    def __getitem__(self, key):
        row, column = key
        return self.flat[row * self.shape[1] + column]


picture = FlatMatrix(flat, (8, 8))
print("picture[2, 3] =", picture[2, 3])
print("picture[0, 10] =", picture[0, 10])

# %%
# The second answer is a bug. There is no column 10 in a picture that is 8 wide. The
# arithmetic went on to position 10 all the same, and that is row 1, column 2. Flat
# memory has no walls between the rows, so the class itself must check the index.

assert picture[0, 10] == image[1][2]

# %%
# Strides
# -------
# How do we turn the picture on its side, so that rows become columns? We could move all
# 64 numbers. Or we could look at the index arithmetic: a step to the next row is 8
# places in memory, a step to the next column is 1. These two numbers are the *strides*.
# An object that keeps them can swap rows and columns by swapping two numbers.


class Matrix:
    def __init__(self, flat, shape, strides):
        self.flat, self.shape, self.strides = flat, shape, strides

    def place(self, key):
        for index, size in zip(key, self.shape, strict=True):
            if not 0 <= index < size:
                raise IndexError(f"{key} is outside of shape {self.shape}")
        return key[0] * self.strides[0] + key[1] * self.strides[1]

    def __getitem__(self, key):
        return self.flat[self.place(key)]

    def __setitem__(self, key, value):
        self.flat[self.place(key)] = value

    @property
    def T(self):
        return Matrix(self.flat, self.shape[::-1], self.strides[::-1])


picture = Matrix(flat, (8, 8), (8, 1))
print("column 3 of the picture:       ", [picture[row, 3] for row in range(8)])
print("row 3 of the transposed picture:", [picture.T[3, column] for column in range(8)])
print("strides", picture.strides, "became", picture.T.strides)
try:
    picture[0, 10]
except IndexError as error:
    print("picture[0, 10]:", error)

# %%
# Two views of one list
# ---------------------
# Was anything copied? No: both objects hold the very same list. So what is written
# through one of them is seen through the other. Such an object is called a *view*.

assert picture.T.flat is picture.flat
picture.T[3, 2] = 99
print("after writing 99 to picture.T[3, 2], picture[2, 3] =", picture[2, 3])
picture.T[3, 2] = 2  # as it was

# %%
# What else can strides do?
# -------------------------
# Any shape and strides that stay inside the list are a view. Steps of two rows and two
# columns show the picture at half its size. A step of 0 stays where it is, and shows
# one row again and again.


def show(matrix):
    for row in range(matrix.shape[0]):
        print("  ", [matrix[row, column] for column in range(matrix.shape[1])])


print("shape (4, 4), strides (16, 2): every second row and column")
show(Matrix(flat, (4, 4), (16, 2)))
print("shape (3, 8), strides (0, 1): row 0 three times")
show(Matrix(flat, (3, 8), (0, 1)))

# %%
# The second one is how broadcasting works. Lesson 3 is about it.

# %%
# Tensor
# ------
# ``mt.Tensor`` is the same idea on memory that NumPy manages (or CuPy, on a GPU). It
# has a shape and strides, and one thing that our class lacks: a *dtype*, the type that
# all its elements share. Since every element then takes the same number of bytes, a
# position can be turned into an address.

import minitensor as mt

t = mt.tensor(image)
print(t)
print("shape", t.shape, "dtype", t.dtype, end=" ")
print("strides", t.strides, "strides of t.T", t.T.strides)
print("t[2, 3] =", t[2, 3].item(), " t[:, 3] =", t[:, 3].tolist())

# %%
# The strides count elements. (NumPy's own ``strides`` count bytes, so they are 8 times
# as large for an int64.) And the column, which no list could give us, is now an index
# like any other.

# %%
# Which results are views?
# ------------------------
# A row, a column, every second pixel, the transpose: all of them are the old memory
# with another start, shape and strides. ``.copy()`` asks for memory of its own.

column, own = t[:, 3], t[:, 3].copy()
strides = t[2].strides, t[:, 3].strides, t[::2, ::2].strides
print("strides of t[2], t[:, 3], t[::2, ::2]:", *strides)
column[0] = 99
own[1] = 99
print("column 3 of t:", t[:, 3].tolist())
column[0] = 13  # as it was

# %%
# Only the first 99 arrived. The second went into the copy.

# %%
# Reshape
# -------
# ``reshape`` keeps the elements in the order in which they are read, row after row, and
# cuts them into rows of another length, as ``chunks`` did. That needs no copy, until
# the elements are to be read in an order that no strides describe.

line, turned = t.reshape(64), t.T.reshape(64)
print("t.reshape(4, 16) has strides", t.reshape(4, 16).strides)
print("t.reshape(64) begins  ", line[:10].tolist())
print("t.T.reshape(64) begins", turned[:10].tolist())
line[0], turned[1] = 50, 60
print("the top left corner of t:", t[:2, :2].tolist())
line[0] = 0  # as it was

# %%
# The 50, written into ``t.reshape(64)``, is in the picture: that was a view. The 60,
# written into ``t.T.reshape(64)``, is not. To read the columns one after another as one
# line, the steps would have to be 8 seven times, and then one of 55 back up to the next
# column. One stride cannot say that, so the numbers were copied. Before you write into
# a tensor, know whether it is a view.

# %%
# A batch of pictures
# -------------------
# What if there are many pictures? Then one more axis is put in front, and one more
# stride: a step to the next picture is 64 places. The rule for the position has not
# changed; it has one more term.

images = mt.tensor(digits.images, "float32")
labels = mt.tensor(digits.target)
print("shape", images.shape, "strides", images.strides, "dtype", images.dtype)
one, pixel = images[0], images[:, 4, 4]
print("one picture:", one.shape, " one pixel of every picture:", pixel.shape)
n, row, column = 100, 2, 3
place = n * images.strides[0] + row * images.strides[1] + column * images.strides[2]
assert images.reshape(-1)[place].item() == images[n, row, column].item()
print(f"images[{n}, {row}, {column}] is at position {place}")

# %%
# The average of each digit
# -------------------------
# What does a typical 7 look like? ``labels == 7`` is a tensor of truth values, one for
# each picture, and as an index it picks the pictures where it is true. The mean over
# axis 0, the axis that counts the pictures, is one picture again.

sevens = images[labels == 7]
print("sevens:", sevens.shape, " their mean:", sevens.mean(axis=0).shape)
averages = mt.stack([images[labels == digit].mean(axis=0) for digit in range(10)])
print("all ten averages:", averages.shape)
# alt: Ten blurred digits, 0 to 9, each the mean of all its pictures: much ink where
#      nearly everybody puts it, little at the edges, where hands differ, and almost
#      none in the hole of the 0.
fig = plot.images(
    averages, titles=range(10), title="the average of all pictures of each digit"
)

# %%
# Dark pixels are those where nearly everybody puts ink, and grey ones are those where
# hands differ. The hole of the 0 stays almost white.

# %%
# How far apart are two pictures?
# -------------------------------
# Take the difference pixel by pixel, square it, add up, and take the root: that is the
# distance between two points in a space of 64 dimensions. Which average is nearest to
# the first picture?


def distance(a, b):
    return ((a - b) ** 2).sum().sqrt().item()


for digit, average in enumerate(averages):
    print(f"from picture 0 to the average {digit}: {distance(images[0], average):4.1f}")

# %%
# The nearest is 0, and by far. That is a way to recognise digits: name the average that
# is nearest. How does it do on the first twenty pictures?

nearest = []
for picture in images[:20]:
    distances = [distance(picture, average) for average in averages]
    nearest.append(distances.index(min(distances)))
print("nearest average:", nearest)
print("label:          ", labels[:20].tolist())

# %%
# Eighteen are right. Picture 2 is a 2 and is taken for a 1, picture 5 is a 5 and is
# taken for a 9. Below, each of the two stands before the average that was taken and the
# one that was right.

assert [n for n in range(20) if nearest[n] != labels[n].item()] == [2, 5]
shown = [images[2], averages[1], averages[2], images[5], averages[9], averages[5]]
names = ["picture 2", "average 1", "average 2", "picture 5", "average 9", "average 5"]
# alt: Two groups of three: picture 2, a slanted 2, beside the average 1 that it was
#      taken for and the average 2 that it is; picture 5, a 5 filled in on the right,
#      beside the average 9 and the average 5.
fig = plot.images(
    shown, names, columns=6, title="a picture, what it was taken for, what it is"
)

# %%
# This 2 is a slanted stroke with a foot. The head of this 5 is filled in on the right,
# where the average 9 is dark and the average 5 is open. One average for each digit
# knows only one way to write it. Note also that every picture had its own small part in
# the average of its digit, which makes the test a little too easy. Lesson 2 keeps
# pictures back.

# %%
# What to take away
# -----------------
# - Memory is one line of numbers. Shape and strides make a rectangle of it: the element
#   at ``(row, column)`` is at position ``row * strides[0] + column * strides[1]``.
# - Transposing, slicing and most reshaping change shape and strides and leave the
#   numbers alone. The result is a view: written in one, seen in the other.
# - A tensor is that, for any number of axes, with one dtype for all its elements.
#
# Try it
# ------
# Exercises 1 to 4 go with this lesson, and check themselves:
# ``minitensor start my-exercises`` copies all of them, ``minitensor check`` says what
# is wrong. Besides:
#
# 1. Write ``chunks`` without positions: with ``itertools.islice`` on one iterator over
#    ``flat``.
# 2. Which strides of ``Matrix`` show the picture as in a mirror, left and right
#    swapped? They need a position to start from as well: give the class a third number,
#    the offset.
# 3. Which digit do people write most alike? Compare the mean distance of each digit's
#    pictures from their own average. (It is the 0, with 19.4. The 1 varies most, with
#    29.9.)
