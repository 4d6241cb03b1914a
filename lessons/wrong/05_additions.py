"""additions are counted as multiplications"""

answers = {
    "multiplications": 60,
}
