"""five numbers stand up by themselves where they meet a column of five"""

answers = {
    "(guesses - hidden).shape": (5, 1),
}
