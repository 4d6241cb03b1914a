"""there is a row for each text: which operand of @ gives the rows?"""

answers = {
    "cosines.shape": (2, 3),
}
