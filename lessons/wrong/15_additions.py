"""the additions of the loops are counted with the multiplications"""

answers = {
    "multiplications('nd,md->nm', x, y)": 60,
    "left": 1000,
    "right": 240,
}
