"""an axis of size 1 stays at 1 where the other operand has more"""

answers = {
    "(table[:, :, None] * row).shape": (3, 4, 1),
}
