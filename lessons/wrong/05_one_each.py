"""each number of c takes one multiplication: how many products are added up for it?"""

answers = {
    "multiplications": 10,
}
