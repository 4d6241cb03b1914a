"""the products of the vectors as they are are taken for cosines"""

answers = {
    "cosines[0].tolist()": [30.0, 2.0],
}
