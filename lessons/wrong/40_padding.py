"""any row that is longer than 32 spreads a column over all banks:
which bank does thread 16 want in rows of 34, and in rows of 40?"""

answers = {
    "conflicts(34)": 0,
    "conflicts(40)": 0,
}
