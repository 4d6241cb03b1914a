"""all rounds are counted, also the one that it takes anyway:
`bank_conflicts` are the rounds beyond it"""

answers = {
    "conflicts(32)": 32,
    "conflicts(33)": 1,
    "conflicts(34)": 2,
    "conflicts(40)": 8,
    "conflicts(0)": 1,
}
