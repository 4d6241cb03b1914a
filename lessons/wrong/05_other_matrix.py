"""a number of a is read once for each row of a: with what is it multiplied?"""

answers = {
    "read_a[1][2]": 2,
    "read_b[2][4]": 5,
}
