"""a view of every second row and column still goes on by one row and one column"""

answers = {
    "t[::2, ::2].strides": (4, 1),
}
