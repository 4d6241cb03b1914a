"""products of the vectors are taken for cosines: their lengths count then"""

answers = {
    "cosines[0].tolist()": [30.0, 2.0],
}
