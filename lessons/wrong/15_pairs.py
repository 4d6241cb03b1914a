"""row n of x meets row n of y alone, and not every row of y"""

answers = {
    "table.size": 6,
    "multiplications('nd,md->nm', x, y)": 6,
}
